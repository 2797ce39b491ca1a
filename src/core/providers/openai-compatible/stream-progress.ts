/** Reads the chunks of one OpenAI-shaped stream and knows whether it is complete; translated and native streams share it. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { Usage } from '../../spec/usage.js';
import { mapUsage } from './map-usage.js';
import { findReportedError } from './parse-error.js';
import type { JsonObject, Quirk } from './quirk.js';

interface StreamedChoice {
  readonly index?: number;
  readonly finish_reason?: string | null;
  readonly delta?: JsonObject | null;
  /** Of a text completion. */
  readonly text?: string;
}

export class StreamProgress {
  /** `[DONE]` has been seen. */
  finished = false;
  /** Something that was an event has been read. */
  begun = false;
  usage: Usage | undefined;
  private readonly openChoices = new Set<number>();
  private readonly finishedChoices = new Set<number>();
  private readonly edits: readonly ((chunk: JsonObject) => JsonObject | null)[];

  constructor(
    readonly provider: string,
    private readonly quirks: readonly Quirk[],
  ) {
    this.edits = quirks.flatMap((quirk) => quirk.perStream?.().chunk ?? quirk.chunk ?? []);
  }

  /** Nothing that the client must have is still missing: the end marker came, or every choice seen has its finish reason. */
  get complete(): boolean {
    return this.finished || (this.finishedChoices.size > 0 && this.openChoices.size === 0);
  }

  /** The parsed chunk of one event; undefined for the end marker. Throws for an error event and for what is no chunk. */
  read(data: string, eventName?: string): JsonObject | undefined {
    this.begun = true;
    if (data.trimEnd() === '[DONE]') {
      this.finished = true;
      return undefined;
    }
    const parsed = this.parse(data);
    const reported = findReportedError(
      eventName === 'error' ? { error: (parsed as JsonObject)['error'] ?? parsed } : parsed,
      this.provider,
      'upstream_stream_error',
    );
    if (reported) throw reported;
    const chunk = parsed as JsonObject;
    this.readUsage(chunk);
    const choices = chunk['choices'];
    if (Array.isArray(choices)) {
      for (const choice of choices as StreamedChoice[]) this.readChoice(choice);
    } else if (chunk['usage'] === undefined || chunk['usage'] === null) {
      throw this.invalid('an event without choices');
    }
    return chunk;
  }

  /** The chunk with the provider's departures undone, itself where there are none; null where it goes no further. */
  edit(chunk: JsonObject): JsonObject | null {
    let edited: JsonObject | null = chunk;
    for (const edit of this.edits) edited &&= edit(edited);
    return edited;
  }

  /** The error for a stream whose connection ended too early. */
  truncated(): GatewayError {
    return new GatewayError('upstream_stream_truncated', { provider: this.provider });
  }

  invalid(reason: string): GatewayError {
    return new GatewayError('upstream_invalid_response', { facts: { reason }, provider: this.provider });
  }

  private parse(data: string): object {
    let parsed: unknown;
    try {
      parsed = JSON.parse(data);
    } catch (cause) {
      throw new GatewayError('upstream_invalid_response', {
        facts: { reason: 'an event that is not JSON' },
        provider: this.provider,
        cause,
      });
    }
    if (typeof parsed !== 'object' || parsed === null) throw this.invalid('an event that is no JSON object');
    return parsed;
  }

  private readUsage(chunk: JsonObject): void {
    let found = chunk['usage'];
    if (!found) for (const quirk of this.quirks) found ||= quirk.usage?.(chunk);
    if (found) this.usage = mapUsage(found, chunk['service_tier'], this.quirks) ?? this.usage;
  }

  private readChoice(choice: StreamedChoice | null): void {
    if (typeof choice !== 'object' || choice === null) throw this.invalid('a choice that is no object');
    const index = choice.index ?? 0;
    if (!choice.finish_reason) {
      // OpenRouter sends a last empty delta with the usage after the finish; that opens nothing again.
      if (!this.finishedChoices.has(index)) this.openChoices.add(index);
      return;
    }
    // OpenRouter ends the choice of a failed upstream so. https://openrouter.ai/docs/api-reference/errors
    if (choice.finish_reason === 'error') throw new GatewayError('upstream_stream_error', { provider: this.provider });
    this.openChoices.delete(index);
    this.finishedChoices.add(index);
  }
}

/** True for a chunk that is there for its usage alone. */
export function isUsageOnly(chunk: JsonObject): boolean {
  const choices = chunk['choices'];
  return Boolean(chunk['usage']) && !(Array.isArray(choices) && choices.length > 0);
}
