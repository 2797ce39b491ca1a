/** Turns the bytes of a stream in AWS's binary framing, cut anywhere, into its messages. */
// https://smithy.io/2.0/aws/amazon-eventstream.html
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { GatewayError } from '../errors/gateway-error.js';

export interface AwsStreamMessage {
  /** `event`, `exception` or `error`; empty where the message does not say. */
  readonly type: string;
  /** The event's or exception's name, or the error's code: `contentBlockDelta`, `throttlingException`. */
  readonly name: string;
  readonly payload: Uint8Array;
  /** What a message of the type `error` says: those have no payload. */
  readonly errorMessage: string | undefined;
}

const defaultMaxMessageBytes = 4 * 1024 * 1024;
const lengthBytes = 4;
/** Prelude with its checksum, no headers, no payload, the message's checksum. */
const smallestMessageBytes = 16;

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);

/**
 * `push` and `end` throw `upstream_invalid_response` for a message above the limit, also while it is still incomplete, and
 * for one whose checksums or headers are wrong. Messages before it in the same bytes are handed out first: then the next
 * call throws. A decoder that has thrown takes no more.
 */
export class AwsEventStreamDecoder {
  private pieces: Uint8Array[] = [];
  private heldBytes = 0;
  private neededBytes = lengthBytes;
  private fault: GatewayError | undefined;

  constructor(private readonly maxMessageBytes = defaultMaxMessageBytes) {}

  /** The messages that these bytes complete. */
  push(bytes: Uint8Array): AwsStreamMessage[] {
    if (this.fault) throw this.fault;
    this.pieces.push(bytes);
    this.heldBytes += bytes.length;
    const messages: AwsStreamMessage[] = [];
    if (this.heldBytes < this.neededBytes) return messages;
    const held = Buffer.concat(this.pieces);
    let start = 0;
    try {
      for (let end = this.endOf(held, start); end <= held.length; end = this.endOf(held, start)) {
        messages.push(decode(held.subarray(start, end)));
        start = end;
      }
    } catch (error) {
      this.fault = error instanceof GatewayError ? error : invalid('a message of its stream is damaged', error);
      if (messages.length === 0) throw this.fault;
    }
    this.pieces = [held.subarray(start)];
    this.heldBytes = held.length - start;
    return messages;
  }

  /** The stream is over. False where it ended within a message. */
  end(): boolean {
    if (this.fault) throw this.fault;
    return this.heldBytes === 0;
  }

  /** Where the message that begins at `start` ends; beyond the held bytes where that is not known yet. */
  private endOf(held: Buffer, start: number): number {
    const isKnown = held.length - start >= lengthBytes;
    const length = isKnown ? held.readUInt32BE(start) : lengthBytes;
    if (isKnown && length < smallestMessageBytes) throw invalid('a message of its stream is damaged');
    if (length > this.maxMessageBytes)
      throw invalid(`a message of its stream is larger than ${this.maxMessageBytes} bytes`);
    this.neededBytes = length;
    return isKnown ? start + length : Infinity;
  }
}

function decode(bytes: Uint8Array): AwsStreamMessage {
  const { headers, body } = codec.decode(bytes);
  const text = (name: string): string | undefined => {
    const value = headers[name]?.value;
    return typeof value === 'string' ? value : undefined;
  };
  return {
    type: text(':message-type') ?? '',
    name: text(':event-type') ?? text(':exception-type') ?? text(':error-code') ?? '',
    payload: body,
    errorMessage: text(':error-message'),
  };
}

function invalid(reason: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream_invalid_response', { facts: { reason }, cause });
}
