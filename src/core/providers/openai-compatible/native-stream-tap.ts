/** Passes an OpenAI-shaped stream through in whole, checked events and reads usage and completeness on the way. */
import type { NativeStreamTap } from '../../spec/chat-adapter.js';
import { GatewayError } from '../../errors/gateway-error.js';
import type { Usage } from '../../spec/usage.js';
import { EventTemplate } from './event-template.js';
import { findReportedError } from './parse-error.js';
import type { JsonObject, Quirk } from './quirk.js';
import { hasContent } from '../../schema/openai/chunk-content.js';
import { isUsageOnly, StreamProgress } from './stream-progress.js';

const maxEventBytes = 1024 * 1024;
const lineFeed = 10;
const doneEvent = Buffer.from('data: [DONE]\n\n');
/** A stream whose events never repeat (some carry a running time) gains nothing from templates: it stops learning. */
const maxUnusedTemplates = 4;
const knownLine = /^(?:(?:data|event|id|retry)(?::|$)|:)/;

interface EventLines {
  readonly data: string;
  /** Number of `data` lines. */
  readonly lines: number;
  /** The `event` field. */
  readonly name?: string | undefined;
}

/**
 * Bytes are looked at as latin1 text: its offsets are byte offsets, and UTF-8's longer sequences hold no ASCII byte that
 * could be taken for syntax.
 */
export class OpenAiStreamTap implements NativeStreamTap {
  beforeFault: Buffer | undefined;
  contentEvents = 0;
  private readonly progress: StreamProgress;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private heldEndsLine = false;
  private afterCarriageReturn = false;
  private template: EventTemplate | undefined;
  private unusedTemplates = 0;

  constructor(
    provider: string,
    quirks: readonly Quirk[],
    private readonly keepsUsage: boolean,
  ) {
    this.progress = new StreamProgress(provider, quirks);
  }

  get finished(): boolean {
    return this.progress.finished;
  }

  get usage(): Usage | undefined {
    return this.progress.usage;
  }

  push(received: Buffer): Buffer | undefined {
    this.beforeFault = undefined;
    if (this.progress.finished) return undefined;
    let bytes = received;
    let text = bytes.toString('latin1');
    if (this.afterCarriageReturn || text.includes('\r')) {
      text = this.withLineFeeds(text);
      bytes = Buffer.from(text, 'latin1');
    }
    if (this.heldBytes > 0) {
      // Joining only where an event ends keeps an event that comes byte by byte from being copied byte by byte.
      if (!text.includes('\n\n') && !(this.heldEndsLine && text.charCodeAt(0) === lineFeed)) return this.hold(bytes);
      bytes = Buffer.concat([...this.held, bytes]);
      text = bytes.toString('latin1');
      this.held = [];
      this.heldBytes = 0;
    }
    const end = text.lastIndexOf('\n\n') + 2;
    if (end === 1) return this.hold(bytes);
    const forwarded = this.forward(bytes, text, end);
    if (end === bytes.length || this.progress.finished) return forwarded;
    this.beforeFault = forwarded;
    this.hold(bytes.subarray(end));
    this.beforeFault = undefined;
    return forwarded;
  }

  end(): Buffer | undefined {
    this.beforeFault = undefined;
    if (this.progress.finished) return undefined;
    const rest = this.forwardRest();
    if (this.progress.finished) return rest;
    if (!this.progress.complete) {
      this.beforeFault = rest;
      throw this.progress.truncated();
    }
    return rest ? Buffer.concat([rest, doneEvent]) : doneEvent;
  }

  /** What is held back when the connection ends: a last event without its blank line, or the torn beginning of one. */
  private forwardRest(): Buffer | undefined {
    if (this.heldBytes === 0) return undefined;
    const bytes = Buffer.concat([...this.held, Buffer.from('\n\n')]);
    const { begun } = this.progress;
    try {
      return this.forward(bytes, bytes.toString('latin1'), bytes.length);
    } catch (fault) {
      const torn = fault instanceof GatewayError && fault.code === 'upstream_invalid_response';
      if (!torn || !begun) throw fault;
      // Half an event at the end of a stream is the sign of a cut, and `end` decides whether anything was lost by it.
      return undefined;
    }
  }

  /** What of the whole events in `bytes` up to `end` goes to the client: the same buffer where that is all of it. */
  private forward(bytes: Buffer, text: string, end: number): Buffer | undefined {
    const pieces: Buffer[] = [];
    let from = 0;
    let at = 0;
    try {
      while (at < end && !this.progress.finished) {
        const matched = this.template === undefined ? -1 : this.template.matchEnd(text, at);
        if (matched !== -1) {
          if (matched - at > maxEventBytes) throw this.tooLong();
          this.contentEvents += 1;
          this.unusedTemplates = 0;
          at = matched;
          continue;
        }
        if (text.charCodeAt(at) === lineFeed) {
          at += 1;
          continue;
        }
        const next = text.indexOf('\n\n', at) + 2;
        const replacement = this.readEvent(bytes, text, at, next);
        if (replacement !== 'as it is') {
          if (at > from) pieces.push(bytes.subarray(from, at));
          if (replacement) pieces.push(replacement);
          from = next;
        }
        at = next;
      }
    } catch (fault) {
      if (at > from) pieces.push(bytes.subarray(from, at));
      this.beforeFault = joined(pieces);
      throw fault;
    }
    if (from === 0 && at === bytes.length) return bytes;
    if (at > from) pieces.push(bytes.subarray(from, at));
    return joined(pieces);
  }

  /** Checks one event; what stands in its place, undefined where nothing does. */
  private readEvent(bytes: Buffer, text: string, at: number, next: number): Buffer | 'as it is' | undefined {
    if (next - at > maxEventBytes) throw this.tooLong();
    const plain = text.startsWith('data: ', at) && text.indexOf('\n', at) === next - 2;
    const event: EventLines | undefined = plain
      ? { data: bytes.toString('utf8', at + 6, next - 2), lines: 1 }
      : this.readLines(bytes.toString('utf8', at, next - 2));
    if (event === undefined) return 'as it is';
    const chunk = this.progress.read(event.data, event.name);
    if (chunk === undefined) return 'as it is';
    if (!this.keepsUsage && isUsageOnly(chunk)) return undefined;
    const known = hasContent(chunk);
    if (known) this.contentEvents += 1;
    const outgoing = this.progress.edit(chunk);
    if (outgoing === null) return undefined;
    if (outgoing !== chunk || event.lines > 1) return Buffer.from(`data: ${JSON.stringify(outgoing)}\n\n`);
    if (plain && known && isRepeatable(chunk) && this.unusedTemplates < maxUnusedTemplates) {
      this.unusedTemplates += 1;
      this.template = EventTemplate.learn(text.slice(at, next));
    }
    return 'as it is';
  }

  /** The data of an event in any other form; undefined for one without data, such as a comment. */
  private readLines(event: string): EventLines | undefined {
    const data: string[] = [];
    let name: string | undefined;
    for (const line of event.replace(/^\uFEFF/, '').split('\n')) {
      if (line === '') continue;
      if (!knownLine.test(line)) throw this.notAnEvent(event);
      const value = line.slice(line.indexOf(':') + 1).replace(/^ /, '');
      if (line.startsWith('data')) data.push(value);
      else if (line.startsWith('event')) name = value;
    }
    return data.length === 0 ? undefined : { data: data.join('\n'), lines: data.length, name };
  }

  /** A provider that fails early may answer a stream request with one JSON body; its error is worth more than ours. */
  private notAnEvent(text: string): GatewayError {
    try {
      const reported = findReportedError(JSON.parse(text), this.progress.provider, 'upstream_stream_error');
      if (reported) return reported;
    } catch {
      // Not JSON either.
    }
    return this.progress.invalid('something that is no stream of server-sent events');
  }

  private tooLong(): GatewayError {
    return this.progress.invalid(`an event longer than ${maxEventBytes} bytes`);
  }

  private hold(bytes: Buffer): undefined {
    if (bytes.length === 0) return undefined;
    this.held.push(bytes);
    this.heldBytes += bytes.length;
    this.heldEndsLine = bytes[bytes.length - 1] === lineFeed;
    if (this.heldBytes > maxEventBytes) throw this.tooLong();
    return undefined;
  }

  /** The text with each of SSE's three line ends as a line feed. JSON has no raw carriage returns, so none is content. */
  private withLineFeeds(text: string): string {
    if (text === '') return text;
    const rest = this.afterCarriageReturn && text.startsWith('\n') ? text.slice(1) : text;
    this.afterCarriageReturn = text.endsWith('\r');
    return rest.replace(/\r\n?/g, '\n');
  }
}

/** True for a chunk of one unfinished choice without usage: the kind that a stream is made of. */
function isRepeatable(chunk: JsonObject): boolean {
  const choices = chunk['choices'] as readonly { readonly finish_reason?: unknown }[];
  return !chunk['usage'] && choices.length === 1 && !choices[0]?.finish_reason;
}

function joined(pieces: readonly Buffer[]): Buffer | undefined {
  return pieces.length > 1 ? Buffer.concat(pieces) : pieces[0];
}
