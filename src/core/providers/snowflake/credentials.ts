/** Snowflake's three kinds of token: a programmatic access token, an OAuth token, and one that a key pair signs. */
// https://docs.snowflake.com/en/developer-guide/snowflake-rest-api/authentication
import { importPKCS8, SignJWT } from 'jose';
import { createHash, createPublicKey } from 'node:crypto';
import { GatewayError } from '../../errors/gateway-error.js';
import type { CredentialExchange, ExchangedCredentials } from '../../spec/credential-exchange.js';
import type { Credentials, OutboundRequest } from '../../spec/outbound.js';

const provider = 'snowflake';
const kindHeader = 'x-snowflake-authorization-token-type';
/** LiteLLM's mark of a programmatic access token. */
const accessTokenMark = 'pat/';
/** Snowflake takes tokens of at most an hour. */
const lifeSeconds = 3_540;

/** A private key makes its tokens by itself; nobody is asked. */
export const makeKeyPairToken: CredentialExchange = ({ credentials, settings, nowMs }) => {
  const { apiKey, privateKey } = credentials;
  const { account_id: account, snowflake_user: user } = settings;
  if (apiKey !== undefined || privateKey === undefined) return undefined;
  if (typeof account !== 'string' || typeof user !== 'string') {
    const message =
      'A Snowflake private key needs `account_id` (SNOWFLAKE_ACCOUNT_ID) and `snowflake_user` (SNOWFLAKE_USER).';
    throw new GatewayError('upstream_authentication', { message, provider });
  }
  return sign(privateKey, account, user, nowMs);
};

async function sign(pem: string, account: string, user: string, nowMs: number): Promise<ExchangedCredentials> {
  const text = pem.replaceAll('\\n', '\n');
  // The region is no part of the name that is signed.
  const subject = `${account.split('.')[0] ?? account}.${user}`.toUpperCase();
  const issuedAt = Math.floor(nowMs / 1_000);
  try {
    const token = await new SignJWT({ iss: `${subject}.${fingerprint(text)}`, sub: subject })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + lifeSeconds)
      .sign(await importPKCS8(text, 'RS256'));
    return { credentials: { keyPairToken: token }, expiresAtMs: nowMs + lifeSeconds * 1_000 };
  } catch (cause) {
    const message = 'The Snowflake private key cannot be read: it must be an unencrypted RSA key in PKCS#8 form (PEM).';
    throw new GatewayError('upstream_authentication', { message, provider, cause });
  }
}

/** Of the public key, as `DESC USER` shows it. */
function fingerprint(pem: string): string {
  const publicKey = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  return `SHA256:${createHash('sha256').update(publicKey).digest('base64')}`;
}

export function authenticate(request: OutboundRequest, credentials: Credentials): OutboundRequest {
  const { apiKey, keyPairToken } = credentials;
  if (keyPairToken !== undefined) return withToken(request, keyPairToken, 'KEYPAIR_JWT');
  if (apiKey?.startsWith(accessTokenMark))
    return withToken(request, apiKey.slice(accessTokenMark.length), 'PROGRAMMATIC_ACCESS_TOKEN');
  // Without the header Snowflake sees by itself which kind it is.
  if (apiKey) return withToken(request, apiKey, undefined);
  const message = 'Snowflake needs `api_key` (SNOWFLAKE_JWT: any of its tokens) or SNOWFLAKE_PRIVATE_KEY.';
  throw new GatewayError('upstream_authentication', { message, provider });
}

function withToken(request: OutboundRequest, token: string, kind: string | undefined): OutboundRequest {
  const headers = { ...request.headers, authorization: `Bearer ${token}`, ...(kind && { [kindHeader]: kind }) };
  return { ...request, headers };
}
