/** Looks at a token before anything is computed for it: its size, its form, and that no member says two things at once. */
import { GatewayError } from '../../../core/errors/gateway-error.js';

/** What a header of the size that is taken can hold. */
export const maxTokenLength = 16_384;
const maxKeyIdLength = 256;
/** Claims of identity providers nest by three or four. */
const maxDepth = 16;

const shape = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Three parts that begin as JSON objects do in base64url. Virtual keys hold no dot. */
export function looksLikeToken(text: string): boolean {
  return text.startsWith('eyJ') && shape.test(text);
}

export interface UnverifiedToken {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  /** As the token says: to be believed once its signature is verified with this issuer's key. */
  readonly issuer: string;
}

/** @throws GatewayError `invalid_token` for what no issuer makes */
export function readUnverified(token: string): UnverifiedToken {
  if (token.length > maxTokenLength) throw refused(`it is longer than ${maxTokenLength} characters`);
  const [head = '', body = ''] = token.split('.');
  const header = objectIn(head);
  const claims = objectIn(body);
  const { alg, kid, crit } = header;
  if (crit !== undefined) throw refused('it asks for extensions that are not supported (`crit`)');
  if (typeof alg !== 'string') throw refused('its header has no `alg`');
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > maxKeyIdLength))
    throw refused('its `kid` is no short text');
  if (typeof claims['iss'] !== 'string') throw refused('it names no issuer (`iss`)');
  return { algorithm: alg, keyId: kid, issuer: claims['iss'] };
}

function objectIn(part: string): Record<string, unknown> {
  const text = Buffer.from(part, 'base64url').toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GatewayError('invalid_token', { facts: { reason: 'it is not well-formed' }, cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused('it is not well-formed');
  if (repeatsMember(text)) throw refused('it names a claim twice');
  return value as Record<string, unknown>;
}

/**
 * Whether any object in a JSON text has two members of one name: parsers do not agree on which of them counts.
 *
 * @param text valid JSON
 * @returns true also for what nests deeper than any token
 */
export function repeatsMember(text: string): boolean {
  const scopes: (Set<string> | null)[] = [];
  const strings = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
  for (const { 0: found, index } of text.matchAll(strings)) {
    if (found === '{' || found === '[') {
      if (scopes.push(found === '{' ? new Set() : null) > maxDepth) return true;
    } else if (found === '}' || found === ']') {
      scopes.pop();
    } else if (nextCharacter(text, index + found.length) === ':') {
      const name = JSON.parse(found) as string;
      const scope = scopes.at(-1);
      if (scope?.has(name)) return true;
      scope?.add(name);
    }
  }
  return false;
}

function nextCharacter(text: string, from: number): string | undefined {
  let at = from;
  while (/\s/.test(text[at] ?? '')) at += 1;
  return text[at];
}

function refused(reason: string): GatewayError {
  return new GatewayError('invalid_token', { facts: { reason } });
}
