/** Verdicts as adapters give them. */
import { pass, type Finding, type GuardedContent, type Verdict } from '../guardrail.js';

/** Each kind once, with how often it was found. */
export function countFindings(kinds: Iterable<string>): readonly Finding[] {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => ({ kind, count }));
}

/** Whether there is a word to look at: many services refuse to be asked about nothing. */
export function holdsText({ texts }: GuardedContent): boolean {
  return texts.some(({ text }) => text.trim() !== '');
}

/** A mask where a text has changed, a pass where none has. */
export function maskWhereChanged(
  content: GuardedContent,
  texts: readonly string[],
  findings: () => readonly Finding[],
): Verdict {
  const isChanged = texts.some((text, at) => text !== content.texts[at]?.text);
  return isChanged ? { action: 'mask', texts, findings: findings() } : pass;
}
