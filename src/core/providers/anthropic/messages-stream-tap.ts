/** Passes a stream of Anthropic's events through in whole, checked events, and reads usage and completeness on the way. */
// https://platform.claude.com/docs/en/build-with-claude/streaming
import { GatewayError } from '../../errors/gateway-error.js';
import type { AnthropicStreamEvent, AnthropicUsage } from '../../schema/anthropic/messages.js';
import type { NativeStreamTap } from '../../spec/chat-adapter.js';
import type { Usage } from '../../spec/usage.js';
import { WholeEventDecoder } from '../../transport/whole-event-decoder.js';
import { findReportedError } from '../openai-compatible/parse-error.js';
import { inNameOf } from './claude-host.js';
import { mergeUsage, toUsage } from './map-usage.js';
import { invalidAnswer } from './parse-response.js';

export class MessagesStreamTap implements NativeStreamTap {
  finished = false;
  contentEvents = 0;
  private readonly decoder = new WholeEventDecoder();
  private wireUsage: AnthropicUsage | undefined;

  /** @param provider the id of whoever serves Claude, for errors */
  constructor(private readonly provider: string) {}

  get usage(): Usage | undefined {
    return toUsage(this.wireUsage);
  }

  get beforeFault(): Buffer | undefined {
    return this.decoder.beforeFault;
  }

  push(bytes: Buffer): Buffer | undefined {
    return this.finished
      ? undefined
      : this.decoder.push(bytes, (data) => inNameOf(this.provider, () => this.read(data)));
  }

  end(): undefined {
    if (!this.finished) throw new GatewayError('upstream_stream_truncated', { provider: this.provider });
  }

  private read(data: string): boolean {
    const event = parse(data);
    if (event.type === 'content_block_delta') this.contentEvents += 1;
    else if (event.type === 'message_start') this.wireUsage = event.message?.usage;
    else if (event.type === 'message_delta') this.wireUsage = mergeUsage(this.wireUsage, event.usage ?? {});
    else if (event.type === 'message_stop') this.finished = true;
    else if (event.type === 'error')
      throw (
        findReportedError(event, 'anthropic', 'upstream_stream_error') ?? invalidAnswer('an error event says nothing')
      );
    return this.finished;
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
