/** Microsoft Entra tokens: by a client's secret, a user's password, a token of another identity provider, or the machine's own identity. */
// https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
import { GatewayError } from '../../errors/gateway-error.js';
import type {
  CredentialExchange,
  CredentialRequest,
  ExchangeContext,
  ExchangedCredentials,
} from '../../spec/credential-exchange.js';
import { noSecrets, type SecretSource } from '../../spec/secret-source.js';
import { postForm, tokenRequest, type AccessToken, type TokenService } from '../token-exchange/token-request.js';

const defaultAuthority = 'https://login.microsoftonline.com';
const defaultScope = 'https://cognitiveservices.azure.com/.default';
const advice =
  'Set `api_key`, `azure_ad_token`, or `tenant_id`, `client_id` and `client_secret`; or run where a managed or workload identity is.';
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Keys and ready tokens go out as they are; see docs/providers/azure.md for the order. */
export function entraExchange(provider: string): CredentialExchange {
  return (context) => {
    const { apiKey, azureAdToken: token } = context.credentials;
    if (apiKey !== undefined || (token !== undefined && !token.startsWith('oidc/'))) return undefined;
    return new EntraExchange(provider, context).start();
  };
}

class EntraExchange {
  private readonly tenant: string | undefined;
  private readonly clientId: string | undefined;
  private readonly scope: string;
  private readonly secrets: SecretSource;

  constructor(
    private readonly provider: string,
    private readonly context: ExchangeContext,
  ) {
    this.secrets = context.secrets;
    this.tenant = this.setting('tenant_id');
    this.clientId = this.setting('client_id');
    this.scope = this.setting('azure_scope') ?? defaultScope;
  }

  start(): CredentialRequest {
    const { clientSecret, azurePassword, azureAdToken } = this.context.credentials;
    if (clientSecret !== undefined && this.tenant !== undefined && this.clientId !== undefined)
      return this.grant({ grant_type: 'client_credentials', client_secret: clientSecret });
    const username = this.setting('azure_username');
    if (azurePassword !== undefined && username !== undefined && this.clientId !== undefined)
      return this.grant({
        ...{ grant_type: 'password', username, password: azurePassword },
        client_secret: clientSecret,
      });
    if (azureAdToken !== undefined) return this.withAssertion(this.readAssertion(azureAdToken));
    if (clientSecret !== undefined || azurePassword !== undefined)
      throw this.refuse('a secret alone says not whose it is: `tenant_id` and `client_id` are missing');
    if (this.secrets === noSecrets) throw this.refuse('there are no credentials');
    const file = this.secrets.variable('AZURE_FEDERATED_TOKEN_FILE');
    if (file !== undefined && this.tenant !== undefined && this.clientId !== undefined)
      return this.withAssertion(this.readFile(file));
    return this.forMachine();
  }

  /** https://learn.microsoft.com/en-us/entra/workload-id/workload-identity-federation */
  private withAssertion(assertion: string): CredentialRequest {
    return this.grant({
      ...{ grant_type: 'client_credentials', client_assertion_type: assertionType, client_assertion: assertion },
    });
  }

  private grant(form: Readonly<Record<string, string | undefined>>): CredentialRequest {
    const { tenant = 'organizations', clientId, scope } = this;
    if (clientId === undefined) throw this.refuse('`client_id` is missing');
    if (!/^[\w.-]+$/.test(tenant)) throw this.refuse('`tenant_id` is no tenant');
    const authority = this.secrets.variable('AZURE_AUTHORITY_HOST') ?? defaultAuthority;
    const url = URL.parse(`${authority.replace(/\/+$/, '')}/${tenant}/oauth2/v2.0/token`);
    if (url?.protocol !== 'https:') throw this.refuse('AZURE_AUTHORITY_HOST is no https address');
    const request = postForm(url, { client_id: clientId, scope, ...form });
    return tokenRequest(request, this.service('Microsoft Entra', `the client ${clientId}`), asToken);
  }

  /** https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token */
  private forMachine(): CredentialRequest {
    const resource = this.scope.replace(/\/\.default$/, '');
    const address = this.secrets.variable('IDENTITY_ENDPOINT');
    const header = this.secrets.variable('IDENTITY_HEADER');
    const isAppService = address !== undefined && header !== undefined;
    const url = URL.parse(isAppService ? address : 'http://169.254.169.254/metadata/identity/oauth2/token');
    if (url === null) throw this.refuse('IDENTITY_ENDPOINT is no address');
    url.searchParams.set('api-version', isAppService ? '2019-08-01' : '2018-02-01');
    url.searchParams.set('resource', resource);
    if (this.clientId !== undefined) url.searchParams.set('client_id', this.clientId);
    const headers: Readonly<Record<string, string>> = isAppService
      ? { 'x-identity-header': header }
      : { metadata: 'true' };
    const request = {
      method: 'GET' as const,
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      headers: { accept: 'application/json', ...headers },
    };
    const unreachable = `Azure: there are no credentials, and this machine has no managed identity. ${advice}`;
    return {
      ...tokenRequest(
        request,
        this.service("Azure's identity service", 'the managed identity of this machine'),
        asToken,
      ),
      unreachable,
    };
  }

  /** LiteLLM's `oidc/env/NAME`, `oidc/env_path/NAME` and `oidc/file/PATH`. */
  private readAssertion(named: string): string {
    const [, kind, rest = ''] = /^oidc\/([a-z_]+)\/(.+)$/.exec(named) ?? [];
    if (kind === 'file') return this.readFile(rest.startsWith('/') ? rest : `/${rest}`);
    if (kind === 'env_path') return this.readFile(this.secrets.variable(rest) ?? '');
    const token = kind === 'env' ? this.secrets.variable(rest) : undefined;
    if (token !== undefined) return token;
    throw this.refuse(
      kind === 'env'
        ? `the variable ${rest} that \`azure_ad_token\` names is not set`
        : '`azure_ad_token` may name oidc/file, oidc/env or oidc/env_path',
    );
  }

  private readFile(path: string): string {
    const token = this.secrets.file(path)?.trim();
    if (token !== undefined && token !== '') return token;
    throw this.refuse('the file of the federated token cannot be read');
  }

  private setting(name: string): string | undefined {
    const value = this.context.settings[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  private service(name: string, whose: string): TokenService {
    return { provider: this.provider, name, whose, advice };
  }

  private refuse(reason: string): GatewayError {
    const message = `Azure: ${reason}. ${advice}`;
    return new GatewayError('upstream_authentication', { message, provider: this.provider });
  }
}

function asToken({ token, expiresAtMs }: AccessToken): ExchangedCredentials {
  return { credentials: { azureAdToken: token }, expiresAtMs };
}
