/** Puts the token or key into a request, and the project that came with the credentials into its path. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { Credentials, OutboundRequest } from '../../spec/outbound.js';
import { fillProject, withoutUnknownProject } from './address.js';
import { providerId } from './provider-id.js';

/** @throws GatewayError `upstream_authentication` where there are no credentials, or nothing names the project. */
export function authenticate(request: OutboundRequest, credentials: Credentials): OutboundRequest {
  const { apiKey, accessToken, vertexProject, quotaProject } = credentials;
  // An access token that was configured as a key: https://cloud.google.com/docs/authentication/token-types#access
  const token = accessToken ?? (apiKey?.startsWith('ya29.') ? apiKey : undefined);
  if (token !== undefined) {
    const path = fillProject(request.path, vertexProject);
    if (path === undefined) throw refusal('Its project is not known. Set `vertex_project` or VERTEXAI_PROJECT.');
    const headers = {
      ...request.headers,
      authorization: `Bearer ${token}`,
      ...(quotaProject !== undefined && { 'x-goog-user-project': quotaProject }),
    };
    return { ...request, path, headers };
  }
  if (!apiKey)
    throw refusal('There are no credentials. Set `vertex_credentials`, GOOGLE_APPLICATION_CREDENTIALS or `api_key`.');
  const headers = { ...request.headers, 'x-goog-api-key': apiKey };
  return { ...request, path: withoutUnknownProject(request.path), headers };
}

function refusal(reason: string): GatewayError {
  return new GatewayError('upstream_authentication', { message: `Vertex AI: ${reason}`, provider: providerId });
}
