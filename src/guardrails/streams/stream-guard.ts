/** A streamed answer under guardrails: events go in as they come, and what may leave comes out, in its order. Knows of no connection. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import { checkTexts, routeOf } from '../check-texts.js';
import type { PlannedGuardrail } from '../guard-plan.js';
import type { GuardRun } from '../guard-run.js';
import type { StreamReading } from '../guardrail.js';
import { Restorer } from '../restore-originals.js';
import type { Steps } from '../steps.js';
import { putTexts } from '../surfaces/put-texts.js';
import { isObject, nothingInEvent, type EventReading, type Fragment, type Surface } from '../surfaces/surface.js';
import { Channel } from './channel.js';
import { EventQueue, type QueuedPiece } from './event-queue.js';
import type { RawEvent } from './event-splitter.js';
import { TextScan } from './text-scan.js';

export interface StreamGuardOptions {
  readonly run: GuardRun;
  readonly surface: Surface;
  /** More than this is not held back. */
  readonly maxHeldChars: number;
}

const doneMarker = '[DONE]';

export class StreamGuard {
  private readonly queue: EventQueue;
  private readonly channels = new Map<string, Channel>();
  private readonly guards: readonly PlannedGuardrail[];
  /** Somebody is to see all of the answer before any of it leaves. */
  readonly holdsAll: boolean;
  private hasEnded = false;

  constructor(private readonly options: StreamGuardOptions) {
    this.guards = options.run.plan.post_call;
    this.holdsAll = this.guards.some(({ guardrail }) => guardrail.stream.by === 'answer');
    this.queue = new EventQueue(options.surface.keepsOrder === true);
  }

  /** What has been let out of all texts. */
  get text(): string {
    return [...this.channels.values()].map(({ out }) => out).join('');
  }

  /**
   * What may leave now.
   *
   * @throws GatewayError where a guardrail refuses the answer, or cannot look at it
   */
  *push(event: RawEvent): Steps<string> {
    const { fragments, ends } = this.read(event.data);
    const pieces = this.piecesOf(fragments);
    const ended = this.endedBy(ends, pieces);
    this.queue.push({ event, pieces, ends: ended });
    for (const [at, { channel, fragment, isRepeated }] of pieces.entries()) {
      const isLast = ended.includes(channel) && !pieces.slice(at + 1).some((later) => later.channel === channel);
      if (!isRepeated) yield* this.advance(channel, fragment.text, isLast);
    }
    for (const channel of ended) if (!channel.isClosed) yield* this.advance(channel, '', true);
    if (this.queue.heldChars > this.options.maxHeldChars) throw tooLong();
    return this.queue.ready();
  }

  /** The answer has come to its end: what has been held back, after a last look. */
  *end(): Steps<string> {
    if (!this.hasEnded && this.holdsAll) yield* this.checkAll();
    this.hasEnded = true;
    for (const channel of this.channels.values()) if (!channel.isClosed) yield* this.advance(channel, '', true);
    return this.queue.ready();
  }

  /** The data of an event that says the whole answer once again, with what has been let out of it. */
  *asLetOut(data: string): Steps<string> {
    const pieces = this.piecesOf(this.read(data).fragments);
    for (const { channel, fragment, isRepeated } of pieces) {
      if (!isRepeated) yield* this.advance(channel, fragment.text, true);
    }
    return putTexts(
      data,
      pieces.map(({ fragment }) => fragment),
      pieces.map(({ channel }) => channel.out),
    );
  }

  private read(data: string): EventReading {
    if (data === doneMarker) return { fragments: [], ends: [''] };
    const { readEvent } = this.options.surface;
    if (data === '' || !readEvent) return nothingInEvent;
    let value: unknown;
    try {
      value = JSON.parse(data);
    } catch {
      // No dialect has events that are neither JSON nor the marker; a client can make as little of this one.
      return nothingInEvent;
    }
    return isObject(value) ? readEvent(value) : nothingInEvent;
  }

  private piecesOf(fragments: readonly Fragment[]): QueuedPiece[] {
    return fragments.map((fragment) => {
      const known = this.channels.get(fragment.channel);
      if (fragment.isWhole && known && (known.raw === fragment.text || (known.isClosed && known.out === fragment.text)))
        return { fragment, channel: known, isRepeated: true };
      const isTaken = known !== undefined && (known.isClosed || (fragment.isWhole === true && known.raw !== ''));
      return { fragment, channel: known && !isTaken ? known : this.open(fragment), isRepeated: false };
    });
  }

  private open({ channel: name, isJson = false, tool }: Fragment): Channel {
    const { originals } = this.options.run;
    const restorer = originals.size > 0 ? new Restorer(originals, isJson) : undefined;
    const scans = this.holdsAll ? [] : this.guards.map((planned) => this.scanOf(planned, isJson, tool));
    const channel = new Channel(isJson, tool, scans, restorer);
    // What came under the name before is complete: it stays, for the sake of the whole.
    const before = this.channels.get(name);
    if (before) this.channels.set(`${name}#${this.channels.size}`, before);
    this.channels.set(name, channel);
    return channel;
  }

  private scanOf(planned: PlannedGuardrail, isJson: boolean, tool: string | undefined): TextScan {
    const { run } = this.options;
    return new TextScan(planned.guardrail.stream as Exclude<StreamReading, { by: 'answer' }>, function* (text, isLast) {
      const verdict = yield* run.check(planned, 'post_call', {
        direction: 'answer',
        texts: text === '' ? [] : [{ text, role: 'assistant', ...(isJson && { isJson }) }],
        tools: [],
        toolCalls: tool === undefined ? [] : [{ name: tool, arguments: text }],
        isComplete: isLast,
      });
      if (verdict.action === 'route') routeOf(planned, 'answer', verdict.model);
      return verdict.action === 'mask' ? (verdict.texts[0] ?? '') : text;
    });
  }

  private endedBy(ends: readonly string[], pieces: readonly QueuedPiece[]): readonly Channel[] {
    const ended = new Set(
      pieces.filter(({ fragment, isRepeated }) => fragment.isWhole && !isRepeated).map(({ channel }) => channel),
    );
    if (ends.length > 0) {
      for (const [name, channel] of this.channels) if (ends.some((end) => name.startsWith(end))) ended.add(channel);
    }
    return [...ended];
  }

  private *advance(channel: Channel, text: string, isLast: boolean): Steps<void> {
    if (!this.holdsAll) return yield* channel.push(text, isLast);
    channel.raw += text;
    if (!this.hasEnded) return;
    // What comes after the whole was looked at is looked at by itself.
    const { texts } = yield* checkTexts(this.options.run, 'post_call', 'answer', readingOf([channel]));
    channel.letOut(texts[0] ?? '', true);
  }

  private *checkAll(): Steps<void> {
    const channels = [...this.channels.values()];
    const { texts } = yield* checkTexts(this.options.run, 'post_call', 'answer', readingOf(channels));
    channels.forEach((channel, at) => channel.letOut(texts[at] ?? channel.raw, true));
  }
}

function readingOf(channels: readonly Channel[]): Parameters<typeof checkTexts>[3] {
  return {
    texts: channels.map(({ raw, isJson }) => ({ text: raw, role: 'assistant' as const, ...(isJson && { isJson }) })),
    tools: [],
    toolCalls: channels.flatMap(({ tool, raw }) => (tool === undefined ? [] : [{ name: tool, arguments: raw }])),
  };
}

function tooLong(): GatewayError {
  const reason = 'it is larger than max_response_size_mb allows to be held back for its guardrails';
  return new GatewayError('upstream_invalid_response', { facts: { reason } });
}
