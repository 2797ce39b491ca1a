/** Vectors in the encoding that the client asked for, whatever the provider sends. */

/**
 * OpenAI's clients ask for `base64` on their own account and decode it: they must get it from providers that know numbers
 * only. Text is little-endian 32-bit floats, as OpenAI has it.
 * https://platform.openai.com/docs/api-reference/embeddings/create#embeddings-create-encoding_format
 */
export function encodeVector(vector: readonly number[] | string, encodingFormat: unknown): readonly number[] | string {
  const wantsText = encodingFormat === 'base64';
  if (wantsText === (typeof vector === 'string')) return vector;
  return typeof vector === 'string' ? toNumbers(vector) : toText(vector);
}

/** True for a list of numbers and for text that can hold floats. */
export function isVector(value: unknown): value is readonly number[] | string {
  if (typeof value === 'string') return value.length > 0 && Buffer.byteLength(value, 'base64') % 4 === 0;
  return Array.isArray(value) && value.every((each) => typeof each === 'number');
}

function toText(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes.toString('base64');
}

function toNumbers(text: string): number[] {
  const bytes = Buffer.from(text, 'base64');
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readFloatLE(index * 4));
}
