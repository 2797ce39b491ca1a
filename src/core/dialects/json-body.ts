/** Reads a JSON request body at the door: valid UTF-8, bounded depth, and none of the member names that a caller may not use. */
import { isUtf8 } from 'node:buffer';
import { GatewayError } from '../errors/gateway-error.js';

/** Deep enough for any schema that a person wrote, shallow enough for every recursive reader behind it. */
export const maxJsonDepth = 128;

/** Where a caller's own data lives: names in there are data, never settings. */
const dataMembers: ReadonlySet<string> = new Set([
  'messages',
  'tools',
  'functions',
  'response_format',
  'input',
  'contents',
]);

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

export interface JsonBody {
  readonly value: Record<string, unknown>;
  /** Members below the top level or at it, outside of the caller's data, that name an address or a credential. */
  readonly reservedMembers: readonly string[];
}

/**
 * @throws GatewayError `invalid_json`, `json_too_deep` or `invalid_request`
 */
export function readJsonBody(bytes: Buffer): JsonBody {
  if (!isUtf8(bytes)) throw new GatewayError('invalid_json', { facts: { reason: 'it is not valid UTF-8' } });
  const scan = scanJson(bytes);
  if (scan.depth > maxJsonDepth) throw new GatewayError('json_too_deep', { facts: { limit: maxJsonDepth } });
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new GatewayError('invalid_json', { facts: { reason: syntaxReason(error) }, cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new GatewayError('invalid_json', { facts: { reason: 'it is not an object' } });
  }
  if (scan.polluting) {
    throw new GatewayError('invalid_request', {
      facts: { reason: 'The member name `__proto__` is not allowed. Remove it.' },
    });
  }
  return { value: value as Record<string, unknown>, reservedMembers: scan.reserved };
}

interface JsonScan {
  depth: number;
  polluting: boolean;
  readonly reserved: string[];
}

/**
 * One pass over the bytes, before parsing: a walk over the parsed value would cost more and could itself run out of stack.
 * The input may be invalid JSON; then the result means nothing, and parsing says so.
 */
function scanJson(bytes: Buffer): JsonScan {
  const scan: JsonScan = { depth: 0, polluting: false, reserved: [] };
  const length = bytes.length;
  let depth = 0;
  let inData = false;
  for (let at = 0; at < length; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      const end = endOfString(bytes, at + 1);
      if (isName(bytes, end + 1)) {
        if (depth === 1) inData = dataMembers.has(bytes.toString('latin1', at + 1, end));
        noteName(bytes, at, end, inData, scan);
      }
      at = end;
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > scan.depth) scan.depth = depth;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
    }
  }
  return scan;
}

/** The position of the quote that closes the string which begins at `from`. */
function endOfString(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    at = bytes.indexOf(quote, at);
    if (at < 0) return bytes.length;
    let slashes = 0;
    while (bytes[at - 1 - slashes] === backslash) slashes++;
    if (slashes % 2 === 0) return at;
    at++;
  }
}

function isName(bytes: Buffer, after: number): boolean {
  let at = after;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  return bytes[at] === colon;
}

const reservedInitials: ReadonlySet<number> = new Set([...'abuv_'].map((letter) => letter.charCodeAt(0)));

/** Names are compared after unescaping, since `"api\u005fkey"` is the same name to every parser. */
function noteName(bytes: Buffer, open: number, close: number, inData: boolean, scan: JsonScan): void {
  const raw = bytes.subarray(open + 1, close);
  const escaped = raw.includes(backslash);
  if (!escaped && !reservedInitials.has(raw[0] ?? 0)) return;
  const name = escaped ? unescape(bytes.subarray(open, close + 1)) : raw.toString('utf8');
  if (name === '__proto__') scan.polluting = true;
  else if (!inData && isReserved(name)) scan.reserved.push(name);
}

function isReserved(name: string): boolean {
  return reservedNames.has(name) || reservedPrefixes.some((prefix) => name.startsWith(prefix));
}

const reservedNames: ReadonlySet<string> = new Set(['api_base', 'base_url', 'api_key', 'user_config']);
const reservedPrefixes = ['aws_', 'vertex_', 'azure_'] as const;

function unescape(quoted: Buffer): string {
  try {
    return String(JSON.parse(quoted.toString('utf8')));
  } catch {
    return ''; // the body is no valid JSON, and parsing it will say so
  }
}

/** V8 quotes the input in its message; the position alone is safe to give back. */
function syntaxReason(error: unknown): string {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '');
  return position ? `it goes wrong at character ${position[1]}` : 'it is incomplete or malformed';
}
