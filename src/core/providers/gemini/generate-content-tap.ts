/** Passes Gemini's stream through in whole, checked events, and reads usage and completeness on the way. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { GeminiAnswer, GeminiUsage } from '../../schema/google/generate-content.js';
import type { NativeStreamTap } from '../../spec/chat-adapter.js';
import type { Usage } from '../../spec/usage.js';
import { WholeEventDecoder } from '../../transport/whole-event-decoder.js';
import { countSearches, toUsage } from './map-usage.js';
import { parseAnswer } from './parse-error.js';

export class GenerateContentTap implements NativeStreamTap {
  /** The stream has no end marker: it is complete when every answer that it began has said why it ended. */
  readonly finished = false;
  contentEvents = 0;
  private readonly decoder = new WholeEventDecoder();
  /** By the place of the answer: whether it has ended. */
  private readonly ended = new Map<number, boolean>();
  private wireUsage: GeminiUsage | undefined;
  private searches = 0;

  constructor(
    private readonly provider: string,
    private readonly model: string,
  ) {}

  get usage(): Usage | undefined {
    return toUsage(this.wireUsage, this.searches);
  }

  get beforeFault(): Buffer | undefined {
    return this.decoder.beforeFault;
  }

  push(bytes: Buffer): Buffer | undefined {
    return this.decoder.push(bytes, (data) => this.read(parseAnswer(data, this.provider, 'upstream_stream_error')));
  }

  end(): Buffer | undefined {
    const rest = this.lastEvent();
    if (this.ended.size > 0 && [...this.ended.values()].every(Boolean)) return this.isBlank(rest) ? undefined : rest;
    throw new GatewayError('upstream_stream_truncated', { provider: this.provider });
  }

  /** It need not have its blank line. Half an event is the sign of a cut, and `end` decides whether anything was lost by it. */
  private lastEvent(): Buffer | undefined {
    try {
      return this.push(Buffer.from('\n\n'));
    } catch (fault) {
      const torn = fault instanceof GatewayError && fault.code === 'upstream_invalid_response';
      if (!torn || this.ended.size === 0) throw fault;
      return undefined;
    }
  }

  private isBlank(rest: Buffer | undefined): boolean {
    return rest === undefined || rest.toString('latin1').trim() === '';
  }

  private read(answer: GeminiAnswer): false {
    this.wireUsage = answer.usageMetadata ? { ...this.wireUsage, ...answer.usageMetadata } : this.wireUsage;
    this.searches = Math.max(this.searches, countSearches(answer, this.model));
    const { candidates = [], promptFeedback: feedback } = answer;
    for (const [position, { index = position, content, finishReason }] of candidates.entries()) {
      if (content?.parts?.length) this.contentEvents += 1;
      this.ended.set(index, (this.ended.get(index) ?? false) || finishReason !== undefined);
    }
    // A prompt that was blocked has no candidates.
    if (candidates.length === 0 && feedback?.blockReason !== undefined) this.ended.set(0, true);
    return false;
  }
}
