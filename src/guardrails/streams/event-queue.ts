/** The events of a stream that wait until guardrails have let out what they say, and leave in their order. */
import { putTexts } from '../surfaces/put-texts.js';
import type { Fragment } from '../surfaces/surface.js';
import type { Channel } from './channel.js';
import { withData, type RawEvent } from './event-splitter.js';

export interface QueuedPiece {
  readonly fragment: Fragment;
  readonly channel: Channel;
  /** It says again what its channel has said. */
  readonly isRepeated: boolean;
}

interface QueuedEvent {
  readonly event: RawEvent;
  readonly pieces: readonly QueuedPiece[];
  /** Those that are complete with it. */
  readonly ends: readonly Channel[];
}

export class EventQueue {
  private events: QueuedEvent[] = [];
  heldChars = 0;

  /** @param keepsOrder no event may overtake another, also where it belongs to another text */
  constructor(private readonly keepsOrder: boolean) {}

  push(queued: QueuedEvent): void {
    this.events.push(queued);
    this.heldChars += queued.event.raw.length;
    for (const { channel, isRepeated, fragment } of queued.pieces)
      if (counts(fragment, isRepeated)) channel.waiting += 1;
  }

  clear(): void {
    this.events = [];
    this.heldChars = 0;
  }

  /** The text of all events that may leave now. */
  ready(): string {
    let out = '';
    const left: QueuedEvent[] = [];
    const blocked = new Set<Channel>();
    for (const [at, queued] of this.events.entries()) {
      const touched = [...queued.pieces.map(({ channel }) => channel), ...queued.ends];
      // What belongs to no text waits for all that came before it.
      const waits = left.length > 0 && (this.keepsOrder || touched.length === 0);
      if (waits) {
        left.push(...this.events.slice(at));
        break;
      }
      if (touched.some((channel) => blocked.has(channel)) || !isReady(queued)) {
        for (const channel of touched) blocked.add(channel);
        left.push(queued);
      } else {
        this.heldChars -= queued.event.raw.length;
        out += written(queued);
      }
    }
    this.events = left;
    return out;
  }
}

/** An empty piece carries nothing, and no text is put into it: it may be where a call is told. */
function counts({ text }: Fragment, isRepeated: boolean): boolean {
  return !isRepeated && text !== '';
}

function isReady({ pieces, ends }: QueuedEvent): boolean {
  return (
    ends.every(({ isClosed }) => isClosed) &&
    pieces.every(({ fragment, channel, isRepeated }) => {
      if (isRepeated) return channel.isClosed;
      return fragment.text === '' || channel.isReady(fragment.text.length);
    })
  );
}

function written({ event, pieces }: QueuedEvent): string {
  const texts = pieces.map(({ fragment, channel, isRepeated }) => {
    if (isRepeated) return channel.out;
    return counts(fragment, isRepeated) ? channel.take(fragment.text.length) : fragment.text;
  });
  const changed = putTexts(
    event.data,
    pieces.map(({ fragment }) => fragment),
    texts,
  );
  return changed === event.data ? event.raw : withData(event, changed);
}
