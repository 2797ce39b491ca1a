/** A token of a service account that other credentials may act as. */
// https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
import { optionalText, type CredentialFile } from './credential-file.js';
import { tokenAddress } from './token-address.js';
import { cloudPlatformScope, postJson, tokenRequest, type UseToken } from './token-request.js';

const member = 'service_account_impersonation_url';
const defaultLifeSeconds = 3_600;

/** What to do with a token of the source credentials: exchange it, where the file names an account to act as. */
export function impersonating(file: CredentialFile, use: UseToken): UseToken {
  if (optionalText(file, member) === undefined) return use;
  const url = tokenAddress(file, member);
  const { token_lifetime_seconds: lifeSeconds = defaultLifeSeconds } = (file['service_account_impersonation'] ??
    {}) as {
    token_lifetime_seconds?: unknown;
  };
  const delegates = file['delegates'];
  const body = {
    scope: [cloudPlatformScope],
    lifetime: `${Number(lifeSeconds) || defaultLifeSeconds}s`,
    ...(Array.isArray(delegates) && { delegates: delegates as readonly unknown[] }),
  };
  const account = /serviceAccounts\/([^:/]+):/.exec(url.pathname)?.[1];
  const whose = `the service account ${account ?? 'to act as'}; the role Service Account Token Creator on it is needed`;
  return ({ token }) => tokenRequest(postJson(url, body, { authorization: `Bearer ${token}` }), whose, use);
}
