/** The token of the service account that a machine on Google Cloud runs as. */
// https://cloud.google.com/compute/docs/metadata/querying-metadata
import type { CredentialRequest, ExchangedCredentials } from '../../../spec/credential-exchange.js';
import type { OutboundRequest } from '../../../spec/outbound.js';
import type { SecretSource } from '../../../spec/secret-source.js';
import { readText, tokenRequest, type UseToken } from './token-request.js';

const whose =
  'this machine (no credentials are configured, so its metadata server was asked; set `vertex_credentials` elsewhere)';

/** @param project the project of the deployment; the machine's own is asked for where it has none. */
export function requestForMachine(
  secrets: SecretSource,
  project: string | undefined,
  finish: (token: Parameters<UseToken>[0], project: string | undefined) => ExchangedCredentials,
): CredentialRequest {
  const host = secrets.variable('GCE_METADATA_HOST') ?? 'metadata.google.internal';
  const get = (path: string): OutboundRequest => ({
    method: 'GET',
    origin: `http://${host}`,
    path: `/computeMetadata/v1/${path}`,
    headers: { 'metadata-flavor': 'Google' },
  });
  return tokenRequest(get('instance/service-accounts/default/token'), whose, (token) => {
    if (project !== undefined) return finish(token, project);
    return {
      request: get('project/project-id'),
      // Without it the request says that the project is missing.
      read: (response) => finish(token, response.status === 200 ? readText(response).trim() : undefined),
    };
  });
}
