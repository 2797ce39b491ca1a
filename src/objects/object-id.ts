/** The gateway's own ids: they look as OpenAI's do, tell nothing of the provider's, and cannot be guessed. */
import { randomBytes } from 'node:crypto';

const idBytes = 16;

export function newFileId(): string {
  return `file-${randomBytes(idBytes).toString('hex')}`;
}

export function newBatchId(): string {
  return `batch_${randomBytes(idBytes).toString('hex')}`;
}
