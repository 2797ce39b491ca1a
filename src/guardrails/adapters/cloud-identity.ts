/** Signs requests to a cloud's own guardrails: with the identities, and by the exchanges, that its models are reached with. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import { plainDeployment, plainParameters, type Deployment, type ProviderDefinition } from '../../core/spec/index.js';
import type { GuardrailSurroundings } from '../guardrail.js';
import type { ServiceRequest } from './service.js';
import { unavailable } from './unavailable.js';

type Settings = Readonly<Record<string, unknown>>;

export interface CloudIdentity {
  /** The guardrail that it is of. */
  readonly id: string;
  readonly provider: Pick<ProviderDefinition, 'id' | 'displayName' | 'credentialExchange' | 'authenticate'>;
  /** Settings of the provider, by their wire names: `aws_role_name`, `vertex_project`. */
  readonly settings: Settings;
  /** Secrets, by the names that the provider's adapter knows. */
  readonly credentials: Readonly<Record<string, string | undefined>>;
  readonly origin: string;
}

export class CloudSigner {
  private readonly deployment: Deployment;

  constructor(
    private readonly identity: CloudIdentity,
    private readonly surroundings: Pick<GuardrailSurroundings, 'clock' | 'egress' | 'credentialsOf'>,
  ) {
    this.deployment = deploymentFor(identity, surroundings.egress ?? 'restricted');
  }

  /**
   * @param path begins with a slash, and has no query
   * @throws GatewayError `guardrail_unavailable` where there are no credentials
   */
  async sign(path: string, body: string): Promise<ServiceRequest> {
    const { deployment, surroundings } = this;
    const { provider, credentials, endpoint, parameters } = deployment;
    const unsigned = {
      method: 'POST',
      origin: endpoint.origin,
      path,
      headers: { 'content-type': 'application/json' },
      body,
    } as const;
    try {
      const current = (await surroundings.credentialsOf?.(deployment)) ?? credentials;
      const context = { nowMs: surroundings.clock.now(), settings: parameters.provider };
      const signed = await provider.authenticate(unsigned, current, context);
      return { url: signed.origin + signed.path, headers: signed.headers, body };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      throw unavailable(this.identity.id, error.message, error);
    }
  }
}

/** The store of credentials knows deployments: this one serves no model. */
function deploymentFor(identity: CloudIdentity, egress: Deployment['egress']): Deployment {
  const { provider, origin, settings } = identity;
  const given = Object.entries(identity.credentials).filter(([, value]) => value !== undefined);
  return {
    ...plainDeployment,
    id: identity.id,
    modelGroup: identity.id,
    provider: { ...provider, env: {}, needsApiKey: false },
    model: identity.id,
    endpoint: { origin, basePath: '' },
    egress,
    credentials: Object.fromEntries(given),
    parameters: { ...plainParameters, provider: settings },
  };
}
