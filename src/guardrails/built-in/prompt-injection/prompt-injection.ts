/** Tells by signs in the text whether it tries to take over the model: each has a weight, and together they have to reach a threshold. */
import { z } from 'zod';
import type { Finding, GuardedContent, Guardrail, GuardrailType } from '../../guardrail.js';
import { pass } from '../../guardrail.js';
import { foldText } from '../text/folded-text.js';
import { piecesOf } from '../text/text-pieces.js';
import * as signs from './signals.js';

const promptInjectionParameters = z.object({
  /** From 0, anything is an attack, to 1. A plain attempt to override the model's instructions has 0.75. */
  threshold: z.number().min(0.05).max(1).default(0.65),
  /** Whose texts are looked at. What a tool or a web page says to a model is as foreign as what a user says. */
  roles: z
    .array(z.enum(['system', 'user', 'assistant', 'tool']))
    .min(1)
    .default(['user', 'tool']),
});

type PromptInjectionParameters = z.infer<typeof promptInjectionParameters>;

const decoder = new TextDecoder('utf-16le');

function readable(text: string): string {
  const { units, length } = foldText(text, 'by-look');
  return decoder.decode(units.subarray(0, length));
}

function signsIn(text: string): Map<string, number> {
  const found = new Map<string, number>();
  const folded = readable(text);
  const lower = text.toLowerCase();
  for (const { name, weight, pattern, isAsWritten } of signs.signals) {
    if (weight > (found.get(name) ?? 0) && pattern.test(isAsWritten ? lower : folded)) found.set(name, weight);
  }
  return found;
}

/** None where it is no Base64 of a text: most long words are not. */
function decoded(base64: string): string {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  return text.includes('\ufffd') ? '' : text;
}

function addEncoded(text: string, found: Map<string, number>): void {
  let read = 0;
  for (const [base64] of text.matchAll(signs.encoded)) {
    if (++read > signs.mostEncodedRead) return;
    const inner = decoded(base64);
    if (inner === '') continue;
    for (const [, weight] of signsIn(inner)) found.set('encoded', Math.max(weight, found.get('encoded') ?? 0));
  }
}

function hasInvisible(text: string): boolean {
  let count = 0;
  const matches = text.matchAll(signs.invisible);
  while (count < signs.mostInvisible && matches.next().done !== true) count++;
  return count === signs.mostInvisible;
}

interface Score {
  readonly score: number;
  readonly names: readonly string[];
}

function scoreOfWindow(text: string): Score {
  const found = signsIn(text);
  addEncoded(text, found);
  if (hasInvisible(text)) found.set('invisible', signs.invisibleWeight);
  if (found.size === 0) return { score: 0, names: [] };
  let innocent = 1;
  for (const weight of found.values()) innocent *= 1 - weight;
  const factor = signs.discussion.test(readable(text)) ? signs.discussionFactor : 1;
  return { score: (1 - innocent) * factor, names: [...found.keys()] };
}

/** The highest of any part of the text: the chance that not all signs in it are by accident. */
export function scoreOf(text: string): Score {
  let highest = scoreOfWindow(text.slice(0, signs.windowChars));
  for (let from = signs.windowChars - signs.windowOverlap; from + signs.windowOverlap < text.length;) {
    const score = scoreOfWindow(text.slice(from, from + signs.windowChars));
    if (score.score > highest.score) highest = score;
    from += signs.windowChars - signs.windowOverlap;
  }
  return highest;
}

function findingsIn(content: GuardedContent, { roles, threshold }: PromptInjectionParameters): Finding[] {
  const counts = new Map<string, number>();
  for (const text of content.texts) {
    if (!roles.includes(text.role)) continue;
    const whole = piecesOf(text)
      .map((piece) => piece.text)
      .join('\n');
    const { score, names } = scoreOf(whole);
    if (score < threshold) continue;
    for (const name of names) counts.set(`prompt_injection_${name}`, (counts.get(`prompt_injection_${name}`) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => ({ kind, count }));
}

function createPromptInjection(parameters: PromptInjectionParameters): Guardrail {
  return {
    // Answers are the assistant's: where it is not looked at, nothing has to wait.
    stream: parameters.roles.includes('assistant') ? { by: 'answer' } : { by: 'window', holdBackChars: 0 },
    check(content) {
      const findings = findingsIn(content, parameters);
      if (findings.length === 0) return pass;
      return {
        action: 'block',
        findings,
        reason:
          'it reads as an attempt to override the instructions of the model. Write what you need without telling the model to drop its instructions.',
      };
    },
  };
}

export const promptInjectionGuardrail: GuardrailType<PromptInjectionParameters> = {
  id: 'prompt_injection',
  parameters: promptInjectionParameters,
  create: createPromptInjection,
};
