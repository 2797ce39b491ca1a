/** Finds the key in a request's headers, in the order in which LiteLLM's clients rely on it. */
import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../core/errors/gateway-error.js';
import { looksLikeToken } from './authenticators/jwt/token-shape.js';

/** Longer than any key that is issued; what is longer is not looked at. */
const maxKeyLength = 1_024;

const plainHeaders = ['api-key', 'x-api-key', 'x-goog-api-key', 'ocp-apim-subscription-key'] as const;

/**
 * @param customHeader `general_settings.litellm_key_header_name`, lower case; looked at last
 * @param queryKey what the address says, for routes that take a key there; looked at after all known headers
 * @throws GatewayError `missing_key` or `malformed_key`
 */
export function presentedKey(
  headers: IncomingHttpHeaders,
  customHeader: string | undefined,
  queryKey?: string,
): string {
  const own = headers['x-litellm-api-key'];
  if (own !== undefined) return checked(withoutScheme(String(own)));
  const { authorization } = headers;
  if (authorization !== undefined) {
    const key = withoutScheme(authorization);
    if (key === authorization) throw new GatewayError('malformed_key');
    return checked(key);
  }
  for (const name of plainHeaders) {
    const value = headers[name];
    if (value !== undefined) return checked(String(value));
  }
  if (queryKey !== undefined) return checked(queryKey);
  const custom = customHeader === undefined ? undefined : headers[customHeader];
  if (custom !== undefined) return checked(withoutScheme(String(custom)));
  throw new GatewayError('missing_key');
}

/** The key without the scheme that carries it; the text itself where there is none that is known. */
function withoutScheme(value: string): string {
  if (/^bearer /i.test(value)) return value.slice(7).trim();
  if (/^basic /i.test(value)) return keyInBasic(value.slice(6).trim());
  if (value.startsWith('AWS4-HMAC-SHA256 ')) return signedCredential.exec(value.slice(0, maxKeyLength))?.[1] ?? '';
  return value;
}

/** AWS' clients put the key where their access key id stands: `Credential=sk-.../20301231/us-east-1/...`, or with `Bearer ` before it. */
const signedCredential = /[ ,]Credential=(?:Bearer )?([^/, ]+)/;

/** The key as it stands, or as RFC 7617 has it: the password, or the user where there is no password. */
function keyInBasic(given: string): string {
  if (given.length > 2 * maxKeyLength || !/^[A-Za-z0-9+/]+={0,2}$/.test(given)) return given;
  const decoded = Buffer.from(given, 'base64').toString('latin1');
  const colon = decoded.indexOf(':');
  if (colon < 0) return given;
  return decoded.slice(colon + 1) || decoded.slice(0, colon);
}

function checked(key: string): string {
  if (key === '') throw new GatewayError('missing_key');
  // Tokens of identity providers are longer, and looked at by their own rules.
  if (key.length > maxKeyLength && !looksLikeToken(key)) throw new GatewayError('invalid_key');
  return key;
}
