/** Puts other members of a JSON object in the place of one, in its bytes. */
import type { Splice, ValueSpan } from '../openai-compatible/json-splice.js';

const comma = /\s*,/y;

/**
 * @param text one byte a character, as `scanTopLevel` read it
 * @param value where that found the value of `name`
 * @param members what stands there instead; nothing where it is empty
 */
export function replaceMember(text: string, name: string, value: ValueSpan, members: object): Splice {
  const start = text.lastIndexOf(`"${name}"`, value.start - 1);
  const written = JSON.stringify(members).slice(1, -1);
  if (written !== '') return { start, end: value.end, text: written };
  // One of the two commas around it goes too.
  comma.lastIndex = value.end;
  if (comma.test(text)) return { start, end: comma.lastIndex, text: '' };
  const before = text.lastIndexOf(',', start);
  return { start: before === -1 ? start : before, end: value.end, text: '' };
}
