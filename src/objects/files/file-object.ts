/** A file as clients see it: OpenAI's object under the gateway's id. */
import type { StoredFile } from '../../database/database-client.js';

export type FileObject = Readonly<Record<string, unknown>> & { readonly id: string };

export function fileObject({ id, object, purpose, createdAt }: StoredFile): FileObject {
  return {
    // What OpenAI's clients need, whatever the provider leaves out.
    object: 'file',
    bytes: 0,
    created_at: Math.floor(createdAt.getTime() / 1000),
    purpose,
    status: 'processed',
    ...(object as object),
    id,
  };
}

/** When the provider will have deleted it; null where it says nothing of that. */
export function expiryOf(object: Readonly<Record<string, unknown>>): Date | null {
  const seconds = object['expires_at'];
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? new Date(seconds * 1000) : null;
}
