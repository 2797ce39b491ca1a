/** Ids of calls that other providers' models have made, shortened to what OpenAI takes. */
import { createHash } from 'node:crypto';

/** The same id becomes the same in every item, message and turn. */
export function shortCallId(id: string, maxLength: number): string {
  if (id.length <= maxLength) return id;
  return `call_${createHash('sha256').update(id).digest('base64url').slice(0, 24)}`;
}
