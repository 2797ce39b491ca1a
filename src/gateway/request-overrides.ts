/** A request read again with other members, for fallbacks that bring their own messages or parameters. */
import type { LlmRequest } from './llm-request.js';
import type { Operation, ReadOperation } from './operation.js';

/** The model stays as the client has named it: which group is asked is the route's to know. */
export function operationWith(
  { bytes, headers }: Pick<LlmRequest, 'bytes' | 'headers'>,
  read: ReadOperation,
): (overrides: Readonly<Record<string, unknown>>) => Operation {
  return (overrides) => {
    const body = JSON.parse(bytes.toString()) as Record<string, unknown>;
    return read(Buffer.from(JSON.stringify({ ...body, ...overrides, model: body['model'] })), headers);
  };
}
