/** What a message of InvokeModelWithResponseStream carries: one event of the model's own stream. */
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_PayloadPart.html
import type { AwsStreamMessage } from '../../transport/aws-event-stream-decoder.js';
import { streamFault } from './parse-error.js';
import { invalidAnswer, providerId } from './provider-id.js';

/**
 * The event's JSON, from `{"bytes": "<base64>"}`; undefined for a message of another kind.
 *
 * @throws GatewayError for an exception, or a chunk that is none
 */
export function eventInChunk(message: AwsStreamMessage): string | undefined {
  if (message.type !== 'event') throw streamFault(message, providerId);
  if (message.name !== 'chunk') return undefined;
  let bytes: unknown;
  try {
    ({ bytes } = JSON.parse(new TextDecoder().decode(message.payload)) as { bytes?: unknown });
  } catch (cause) {
    throw invalidAnswer('a chunk of its stream is not JSON', cause);
  }
  if (typeof bytes !== 'string') throw invalidAnswer('a chunk of its stream has no bytes');
  return Buffer.from(bytes, 'base64').toString();
}
