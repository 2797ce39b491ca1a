/** Passes a stream of Anthropic's events through in whole, checked events, and reads usage and completeness on the way. */
// https://platform.claude.com/docs/en/build-with-claude/streaming
import { GatewayError } from '../../errors/gateway-error.js';
import type { AnthropicStreamEvent, AnthropicUsage } from '../../schema/anthropic/messages.js';
import type { NativeStreamTap } from '../../spec/chat-adapter.js';
import type { Usage } from '../../spec/usage.js';
import { findReportedError } from '../openai-compatible/parse-error.js';
import { mergeUsage, toUsage } from './map-usage.js';
import { invalidAnswer } from './parse-response.js';

const maxEventBytes = 1024 * 1024;
/** The blank line that ends an event, in each of the line ends that streams may use. */
const eventEnd = /\n\n|\r\n\r\n|\r\r/g;

export class MessagesStreamTap implements NativeStreamTap {
  beforeFault: Buffer | undefined;
  finished = false;
  contentEvents = 0;
  private held: Buffer = Buffer.alloc(0);
  private wireUsage: AnthropicUsage | undefined;

  get usage(): Usage | undefined {
    return toUsage(this.wireUsage);
  }

  push(bytes: Buffer): Buffer | undefined {
    this.beforeFault = undefined;
    if (this.finished) return undefined;
    const joined = this.held.length === 0 ? bytes : Buffer.concat([this.held, bytes]);
    // One byte a character: offsets into the text are offsets into the bytes.
    const text = joined.toString('latin1');
    let from = 0;
    try {
      for (const { 0: blank, index } of text.matchAll(eventEnd)) {
        this.read(joined.toString('utf8', from, index));
        from = index + blank.length;
        if (this.finished) break;
      }
      this.held = this.finished ? Buffer.alloc(0) : joined.subarray(from);
      if (this.held.length > maxEventBytes)
        throw invalidAnswer(`an event of its stream is larger than ${maxEventBytes} bytes`);
    } catch (fault) {
      this.beforeFault = from === 0 ? undefined : joined.subarray(0, from);
      throw fault;
    }
    return from === 0 ? undefined : joined.subarray(0, from);
  }

  end(): undefined {
    this.beforeFault = undefined;
    if (!this.finished) throw new GatewayError('upstream_stream_truncated', { provider: 'anthropic' });
  }

  private read(lines: string): void {
    const data = lines
      .split(/\r\n|\n|\r/)
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice('data:'.length))
      .join('\n');
    // A comment that keeps the connection alive.
    if (data === '') return;
    const event = parse(data);
    if (event.type === 'content_block_delta') this.contentEvents += 1;
    else if (event.type === 'message_start') this.wireUsage = event.message?.usage;
    else if (event.type === 'message_delta') this.wireUsage = mergeUsage(this.wireUsage, event.usage ?? {});
    else if (event.type === 'message_stop') this.finished = true;
    else if (event.type === 'error')
      throw (
        findReportedError(event, 'anthropic', 'upstream_stream_error') ?? invalidAnswer('an error event says nothing')
      );
  }
}

function parse(data: string): AnthropicStreamEvent {
  try {
    const event = JSON.parse(data) as AnthropicStreamEvent | null;
    if (typeof event === 'object' && event !== null) return event;
  } catch (cause) {
    throw invalidAnswer('an event of its stream is not JSON', cause);
  }
  throw invalidAnswer('an event of its stream is no JSON object');
}
