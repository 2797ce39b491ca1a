/** A workspace's personal token goes out as it is; a service principal's secret is exchanged for one. */
// https://docs.databricks.com/aws/en/dev-tools/auth/oauth-m2m
import { GatewayError } from '../../errors/gateway-error.js';
import type { CredentialExchange } from '../../spec/credential-exchange.js';
import type { Credentials, OutboundRequest } from '../../spec/outbound.js';
import { postForm, tokenRequest } from '../token-exchange/token-request.js';

const provider = 'databricks';

export const exchangeServicePrincipal: CredentialExchange = ({ credentials, settings, endpoint }) => {
  const { apiKey, clientSecret } = credentials;
  const clientId = settings['client_id'];
  if (apiKey !== undefined || clientSecret === undefined || typeof clientId !== 'string') return undefined;
  const url = new URL('/oidc/v1/token', endpoint.origin);
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const request = postForm(
    url,
    { grant_type: 'client_credentials', scope: 'all-apis' },
    { authorization: `Basic ${basic}` },
  );
  const service = {
    provider,
    name: 'The Databricks workspace',
    whose: `the service principal ${clientId}`,
    advice: 'Check its client id and secret, and that it may use the workspace.',
  };
  return tokenRequest(request, service, ({ token, expiresAtMs }) => ({ credentials: { apiKey: token }, expiresAtMs }));
};

export function authenticate(request: OutboundRequest, { apiKey }: Credentials): OutboundRequest {
  if (apiKey !== undefined && apiKey !== '')
    return { ...request, headers: { ...request.headers, authorization: `Bearer ${apiKey}` } };
  const message =
    'Databricks needs `api_key` (DATABRICKS_API_KEY), or `client_id` and `client_secret` of a service principal.';
  throw new GatewayError('upstream_authentication', { message, provider });
}
