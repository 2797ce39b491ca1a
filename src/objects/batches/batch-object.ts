/** A batch as clients see it: OpenAI's object under the gateway's ids. */
import type { StoredBatch } from '../../database/database-client.js';

export type BatchObject = Readonly<Record<string, unknown>> & { readonly id: string };

export function batchObject({ id, object }: StoredBatch): BatchObject {
  return { object: 'batch', ...(object as object), id };
}
