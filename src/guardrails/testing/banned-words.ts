/** Guardrails for tests: they know words in every spelling that Unicode has for them, and mask, refuse or send elsewhere. */
import type { ActiveGuardrail } from '../guardrail-source.js';
import type { Finding, GuardedContent, Guardrail, GuardrailMode, StreamReading, Verdict } from '../guardrail.js';

export type WordAction = 'mask' | 'block' | { readonly route: string };

/** The word in forms that a reader takes for the same. */
export const bannedForms: readonly string[] = [
  'forbidden',
  'FoRbIdDeN',
  'ｆｏｒｂｉｄｄｅｎ',
  '𝐟𝐨𝐫𝐛𝐢𝐝𝐝𝐞𝐧',
  'forbídden'.normalize('NFC'),
  'forbídden'.normalize('NFD'),
];

const letters = 'forbidden';
export const mask = '[MASKED]';

/** Letters as compatible forms and marks have them; the longest form has 18 units and a mark. */
export const longestForm = 24;

export function maskWord(text: string): string {
  const spans: [from: number, to: number][] = [];
  const plain: { readonly letter: string; readonly from: number; readonly to: number }[] = [];
  let at = 0;
  for (const character of text) {
    const from = at;
    at += character.length;
    const letter = character.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
    // A mark belongs to the letter before it.
    if (letter === '') plain.push({ letter, from, to: at });
    else for (const each of letter) plain.push({ letter: each, from, to: at });
  }
  const spoken = plain.filter(({ letter }) => letter !== '');
  for (let start = 0; start + letters.length <= spoken.length;) {
    const match = spoken.slice(start, start + letters.length);
    if (match.map(({ letter }) => letter).join('') === letters) {
      spans.push([match[0]?.from ?? 0, match.at(-1)?.to ?? 0]);
      start += letters.length;
    } else start += 1;
  }
  return spans.reduceRight((masked, [from, to]) => masked.slice(0, from) + mask + masked.slice(to), text);
}

export class WordGuardrail implements Guardrail {
  readonly seen: GuardedContent[] = [];
  /** Ends each look, where it does not come at once. */
  delay: (() => Promise<void>) | undefined;
  failure: Error | undefined;
  /** What stands for what, where a mask is to be taken back in the answer. */
  originals: ReadonlyMap<string, string> | undefined;

  constructor(
    private readonly action: WordAction = 'mask',
    readonly stream: StreamReading = { by: 'window', holdBackChars: longestForm },
  ) {}

  check(content: GuardedContent): Verdict | Promise<Verdict> {
    this.seen.push(content);
    if (this.delay) return this.delay().then(() => this.verdictOn(content));
    return this.verdictOn(content);
  }

  private verdictOn({ texts }: GuardedContent): Verdict {
    if (this.failure) throw this.failure;
    const masked = texts.map(({ text }) => maskWord(text));
    const count = masked.filter((text, at) => text !== texts[at]?.text).length;
    if (count === 0) return { action: 'pass' };
    const findings: readonly Finding[] = [{ kind: 'keyword', count }];
    if (this.action === 'block')
      return { action: 'block', findings, reason: 'It speaks of what may not be spoken of.' };
    if (this.action === 'mask')
      return { action: 'mask', findings, texts: masked, ...(this.originals && { originals: this.originals }) };
    return { action: 'route', findings, model: this.action.route };
  }
}

export function activeGuardrail(
  guardrail: Guardrail,
  modes: readonly GuardrailMode[],
  more: Partial<ActiveGuardrail> = {},
): ActiveGuardrail {
  return { name: 'words', guardrail, modes, isDefault: true, order: 0, failure: 'closed', timeoutMs: 5_000, ...more };
}
