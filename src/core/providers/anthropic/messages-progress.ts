/** Reads the events of one stream of Anthropic's one by one: usage, completeness, errors. */
// https://platform.claude.com/docs/en/build-with-claude/streaming
import type { AnthropicStreamEvent, AnthropicUsage } from '../../schema/anthropic/messages.js';
import type { Usage } from '../../spec/usage.js';
import { findReportedError } from '../openai-compatible/parse-error.js';
import { inNameOf } from './claude-host.js';
import { mergeUsage, toUsage } from './map-usage.js';
import { invalidAnswer } from './parse-response.js';

export class MessagesProgress {
  finished = false;
  /** Events with content so far. */
  contentEvents = 0;
  private wireUsage: AnthropicUsage | undefined;

  /** @param provider the id of whoever serves Claude, for errors */
  constructor(private readonly provider: string) {}

  get usage(): Usage | undefined {
    return toUsage(this.wireUsage);
  }

  /** @throws GatewayError what an error event reports, or `upstream_invalid_response` */
  read(data: string): AnthropicStreamEvent {
    return inNameOf(this.provider, () => this.follow(parse(data)));
  }

  private follow(event: AnthropicStreamEvent): AnthropicStreamEvent {
    if (event.type === 'content_block_delta') this.contentEvents += 1;
    else if (event.type === 'message_start') this.wireUsage = event.message?.usage;
    else if (event.type === 'message_delta') this.wireUsage = mergeUsage(this.wireUsage, event.usage ?? {});
    else if (event.type === 'message_stop') this.finished = true;
    else if (event.type === 'error')
      throw (
        findReportedError(event, 'anthropic', 'upstream_stream_error') ?? invalidAnswer('an error event says nothing')
      );
    return event;
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
