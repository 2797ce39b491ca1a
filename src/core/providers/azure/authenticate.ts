/** A key goes into Azure's own header, a token of Microsoft Entra into `authorization`. */
// https://learn.microsoft.com/en-us/azure/ai-services/openai/reference#authentication
import { GatewayError } from '../../errors/gateway-error.js';
import type { Credentials, OutboundRequest } from '../../spec/outbound.js';

/** @throws GatewayError `upstream_authentication` where there is neither */
export function withAzureCredentials(
  request: OutboundRequest,
  { apiKey, azureAdToken }: Credentials,
  provider: string,
  keyHeader = 'api-key',
): OutboundRequest {
  if (apiKey) return { ...request, headers: { ...request.headers, [keyHeader]: apiKey } };
  if (azureAdToken) return { ...request, headers: { ...request.headers, authorization: `Bearer ${azureAdToken}` } };
  const message = 'Azure needs `api_key`, `azure_ad_token`, or `tenant_id`, `client_id` and `client_secret`.';
  throw new GatewayError('upstream_authentication', { message, provider });
}
