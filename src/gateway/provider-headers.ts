/** The headers of a provider's answer as LiteLLM's clients look for them: `llm_provider-*`, and rate limits as `x-ratelimit-*` too. */
import type { InboundHeaders } from '../core/spec/outbound.js';
import { headerText } from './header-text.js';
import type { AnswerHeaders } from './answer-headers.js';

/** They speak of the connection or the body's form between provider and gateway, or are a secret between those two. */
const left: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'trailer',
  'content-length',
  'content-encoding',
  'content-type',
  'set-cookie',
  'proxy-authenticate',
  'www-authenticate',
]);

/** Clients take heads of 16 KiB and more: what a provider adds may fill no more than a part of it. */
const mostCharacters = 6_144;
const longestValue = 1_024;

/** Anthropic's names for what others call `x-ratelimit-*`: https://docs.claude.com/en/api/rate-limits#response-headers */
const rateLimits: ReadonlyMap<string, string> = new Map(
  ['requests', 'tokens'].flatMap((unit) =>
    ['limit', 'remaining', 'reset'].map(
      (what) => [`anthropic-ratelimit-${unit}-${what}`, `x-ratelimit-${what}-${unit}`] as const,
    ),
  ),
);

export function addProviderHeaders(headers: AnswerHeaders, ofProvider: InboundHeaders): void {
  let room = mostCharacters;
  for (const name in ofProvider) {
    const given = ofProvider[name];
    if (given === undefined || left.has(name)) continue;
    const value = typeof given === 'string' ? given : given.join(', ');
    room -= name.length + value.length;
    if (value.length > longestValue || room < 0) continue;
    const text = headerText(value);
    headers.add(prefixed(name), text);
    if (name.startsWith('x-ratelimit-')) headers.replace(name, text);
    else {
      const known = rateLimits.get(name);
      if (known !== undefined) headers.replace(known, text);
    }
  }
}

/** Providers send the same few names with every answer. */
const names = new Map<string, string>();
const mostNames = 1_000;

function prefixed(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  const made = `llm_provider-${name}`;
  if (names.size < mostNames) names.set(name, made);
  return made;
}
