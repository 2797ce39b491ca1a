/** Words of the configuration that may be written in any case. */
import { z } from 'zod';

/** One of the words, as it stands in the list, however it was written. */
export function anyCase<const Word extends string>(words: readonly Word[]) {
  const known = new Map<unknown, Word>(words.map((word) => [word.toLowerCase(), word]));
  return z.preprocess(
    (value) => (typeof value === 'string' ? (known.get(value.trim().toLowerCase()) ?? value) : value),
    z.enum(words),
  );
}
