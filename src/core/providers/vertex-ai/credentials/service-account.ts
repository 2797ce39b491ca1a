/** The key of a service account: a signed statement for an access token. */
// https://developers.google.com/identity/protocols/oauth2/service-account#httprest
import { SignJWT } from 'jose';
import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { CredentialRequest } from '../../../spec/credential-exchange.js';
import { authenticationError, optionalText, requiredText, type CredentialFile } from './credential-file.js';
import { tokenAddress } from './token-address.js';
import { cloudPlatformScope, postForm, tokenRequest, type UseToken } from './token-request.js';

const lifeSeconds = 3_600;
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

export async function requestForServiceAccount(
  file: CredentialFile,
  nowMs: number,
  use: UseToken,
): Promise<CredentialRequest> {
  const email = requiredText(file, 'client_email');
  const key = readKey(requiredText(file, 'private_key'));
  const url = tokenAddress(file, 'token_uri', 'https://oauth2.googleapis.com/token');
  const keyId = optionalText(file, 'private_key_id');
  const issuedAt = Math.floor(nowMs / 1_000);
  const assertion = await new SignJWT({ scope: cloudPlatformScope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) })
    .setIssuer(email)
    .setSubject(email)
    .setAudience(url.href)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifeSeconds)
    .sign(key);
  return tokenRequest(postForm(url, { grant_type: grantType, assertion }), `the service account ${email}`, use);
}

function readKey(pem: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    // Environment variables often carry the line ends of the key as two characters.
    key = createPrivateKey(pem.replaceAll('\\n', '\n'));
  } catch {
    // The cause may quote the key.
  }
  if (key?.asymmetricKeyType === 'rsa') return key;
  throw authenticationError('The `private_key` of the service account is no RSA key in PEM form. Download it anew.');
}
