/** How requests to watsonx.ai are signed: a token, IBM's API key exchanged for one, or a Cloud Pak for Data's own keys. */
// https://cloud.ibm.com/docs/account?topic=account-iamtoken_from_apikey
import { GatewayError } from '../../errors/gateway-error.js';
import type { CredentialExchange, CredentialRequest } from '../../spec/credential-exchange.js';
import type { Credentials, OutboundRequest } from '../../spec/outbound.js';
import { postForm, postJson, tokenRequest, type TokenService, type UseToken } from '../token-exchange/token-request.js';

const cloudIam = 'https://iam.cloud.ibm.com/identity/token';

const service: TokenService = {
  provider: 'watsonx',
  name: 'IBM Cloud IAM',
  whose: 'the API key',
  advice: 'Check that the key exists, is not disabled, and belongs to the account of the project.',
};

const useToken: UseToken = ({ token, expiresAtMs }) => ({ credentials: { token }, expiresAtMs });

export const exchangeApiKey: CredentialExchange = ({ credentials, settings, secrets }) => {
  const { apiKey, token, zenApiKey } = credentials;
  if (token !== undefined || zenApiKey !== undefined || apiKey === undefined) return undefined;
  const username = settings['watsonx_username'];
  const base = settings['watsonx_cpd_url'] ?? secrets.variable('WATSONX_CPD_URL');
  if (typeof username === 'string' && typeof base === 'string') return atCloudPak(base, username, apiKey);
  const form = { grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: apiKey };
  return tokenRequest(postForm(new URL(secrets.variable('WATSONX_IAM_URL') ?? cloudIam), form), service, useToken);
};

/** https://www.ibm.com/docs/en/cloud-paks/cp-data/5.1.x?topic=apis-generating-api-auth-token */
function atCloudPak(base: string, username: string, apiKey: string): CredentialRequest {
  const request = postJson(new URL('/icp4d-api/v1/authorize', base), { username, api_key: apiKey });
  return tokenRequest(request, { ...service, name: 'Cloud Pak for Data', whose: `the user ${username}` }, useToken);
}

export function authenticate(request: OutboundRequest, { token, zenApiKey }: Credentials): OutboundRequest {
  const value =
    token !== undefined ? `Bearer ${token}` : zenApiKey !== undefined ? `ZenApiKey ${zenApiKey}` : undefined;
  if (value === undefined) {
    const message = 'watsonx.ai needs `api_key` (WATSONX_API_KEY), `token` (WATSONX_TOKEN) or `zen_api_key`.';
    throw new GatewayError('upstream_authentication', { message, provider: 'watsonx' });
  }
  return { ...request, headers: { ...request.headers, authorization: value } };
}
