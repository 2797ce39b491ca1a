/** For tests: kinds of guardrails that are small enough to be read where they are used. */
import { z } from 'zod';
import {
  GuardrailMistake,
  pass,
  type Guardrail,
  type GuardrailSurroundings,
  type GuardrailType,
} from '../guardrail.js';

/** A kind without parameters that lets everything pass. */
export function passingGuardrail(id: string): GuardrailType {
  return { id, parameters: z.object({}), create: () => ({ stream: { by: 'answer' }, check: () => pass }) };
}

const wordParameters = z.object({
  words: z.array(z.string().min(1)).min(1),
  api_key: z.string().optional(),
  lists: z.array(z.object({ words_file: z.string().optional() })).optional(),
});

/** Blocks texts with one of its words, and remembers what it was made of. */
export class WordGuardrails implements GuardrailType {
  readonly id = 'words';
  readonly parameters = wordParameters;
  readonly made: {
    readonly parameters: z.output<typeof wordParameters>;
    readonly surroundings: GuardrailSurroundings;
  }[] = [];

  create(given: unknown, surroundings: GuardrailSurroundings): Guardrail {
    const parameters = given as z.output<typeof wordParameters>;
    const place = parameters.words.indexOf('*');
    if (place >= 0) throw new GuardrailMistake(`words[${place}]`, 'would match everything. Write a word.');
    this.made.push({ parameters, surroundings });
    return {
      stream: { by: 'answer' },
      check: ({ texts }) =>
        texts.some(({ text }) => parameters.words.some((word) => text.includes(word)))
          ? { action: 'block', findings: [{ kind: 'word', count: 1 }], reason: 'it has a word that is not allowed.' }
          : pass,
    };
  }
}
