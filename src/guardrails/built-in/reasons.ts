/** What clients are told of a refusal: the kinds of what was found, never the text. */
import type { GuardedContent } from '../guardrail.js';

/** Of more kinds only so many are named. */
const mostNamed = 5;

export function kindsInWords(kinds: readonly string[]): string {
  const named = kinds.slice(0, mostNamed).join(', ');
  return kinds.length > mostNamed ? `${named} and others` : named;
}

/** Of content that may not pass because of what it contains. */
export function containsReason(direction: GuardedContent['direction'], kinds: readonly string[]): string {
  return direction === 'request'
    ? `it contains what is not allowed here (${kindsInWords(kinds)}). Take it out and try again.`
    : `the answer contained what is not allowed here (${kindsInWords(kinds)}).`;
}
