/** Cuts a stream of server-sent events into its events, each as it came, from bytes that are cut anywhere. */

export interface RawEvent {
  /** With the blank line that ends it. */
  readonly raw: string;
  /** The `data:` lines, joined by line feeds; empty for a comment. */
  readonly data: string;
}

const eventEnd = /\r\n\r\n|\n\n|\r\r/g;

export class EventSplitter {
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  private held = '';

  /** The events that these bytes complete. */
  push(bytes: Uint8Array | string): RawEvent[] {
    const text = this.held + (typeof bytes === 'string' ? bytes : this.decoder.decode(bytes, { stream: true }));
    const events: RawEvent[] = [];
    let from = 0;
    for (const { 0: blank, index } of text.matchAll(eventEnd)) {
      const to = index + blank.length;
      events.push({ raw: text.slice(from, to), data: dataOf(text.slice(from, index)) });
      from = to;
    }
    this.held = text.slice(from);
    return events;
  }

  /** What stands after the last whole event: an event that lacks its end. */
  rest(): RawEvent | undefined {
    const raw = this.held + this.decoder.decode();
    this.held = '';
    return raw === '' ? undefined : { raw, data: dataOf(raw) };
  }
}

function dataOf(lines: string): string {
  const data = lines.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:'));
  return data.map((line) => line.slice(line.startsWith('data: ') ? 6 : 5)).join('\n');
}

/** The event with other data, its name and id as they are. */
export function withData({ raw }: RawEvent, data: string): string {
  const lines = raw.split(/\r\n|\n|\r/).filter((line) => line !== '' && !line.startsWith('data:'));
  return [...lines, `data: ${data}`].map((line) => `${line}\n`).join('') + '\n';
}
