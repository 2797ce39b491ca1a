/** Finds a caller's key in the places in which only clients of pass-through entries have it. */
import type { IncomingHttpHeaders } from 'node:http';
import type { PassThroughEntry } from './pass-through-entry.js';

/** LiteLLM's own name for a header that no provider's client uses for anything else. */
export const userKeyHeader = 'litellm_user_api_key';

/** A browser can set no header of a WebSocket: OpenAI's clients offer their key among the protocols. */
const protocolWithKey = /^openai-insecure-api-key\./;

export function givenKeyOf(headers: IncomingHttpHeaders, query: string, entry: PassThroughEntry): string | undefined {
  const header = headers[userKeyHeader];
  if (typeof header === 'string' && header !== '') return header.replace(/^bearer /i, '');
  const offered = offeredProtocols(headers).find((protocol) => protocolWithKey.test(protocol));
  if (offered !== undefined) return offered.replace(protocolWithKey, '');
  if (entry.kind !== 'native' || !entry.prefix.takesKeyInQuery) return undefined;
  return new URLSearchParams(query).get('key') ?? undefined;
}

/** Those that may be offered to somebody else. */
export function protocolsWithoutKey(headers: IncomingHttpHeaders): string | undefined {
  const left = offeredProtocols(headers).filter((protocol) => !protocolWithKey.test(protocol));
  return left.length > 0 ? left.join(', ') : undefined;
}

function offeredProtocols(headers: IncomingHttpHeaders): readonly string[] {
  return (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((protocol) => protocol.trim())
    .filter(Boolean);
}
