/** The gateway's own ids: they look as OpenAI's do, tell nothing of the provider's, and cannot be guessed. */
import { randomBytes } from 'node:crypto';

const idBytes = 16;

export function newFileId(): string {
  return `file-${randomBytes(idBytes).toString('hex')}`;
}

export function newBatchId(): string {
  return `batch_${randomBytes(idBytes).toString('hex')}`;
}

/** Whether it can be an id at all: whatever else a client sends is the id of nothing. */
export function isObjectId(id: string): boolean {
  return /^[\w-]{1,128}$/.test(id);
}
