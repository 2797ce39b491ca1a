/** The head of an answer as an object, for comparing. */
import type { AnswerHeaders } from '../answer-headers.js';

/** Fails for a name that is there twice. */
export function asObject({ pairs }: AnswerHeaders): Record<string, string> {
  const object: Record<string, string> = {};
  for (let at = 0; at < pairs.length; at += 2) {
    const [name = '', value = ''] = pairs.slice(at, at + 2);
    if (name in object) throw new Error(`The header ${name} is there twice.`);
    object[name] = value;
  }
  return object;
}
