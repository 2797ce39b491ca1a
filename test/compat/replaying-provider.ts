/** A provider that answers each path below `/<provider>/<scenario>` with the answer recorded under that name. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

interface SseEvent {
  readonly event?: string;
  readonly data: unknown;
}

/** The `upstream` member of a wire case. */
interface RecordedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content_type?: string;
  readonly body?: unknown;
  readonly raw?: string;
  readonly sse?: readonly unknown[];
  readonly done?: boolean;
  /** The connection breaks after the last event. */
  readonly abort?: boolean;
}

export class ReplayingProvider {
  /** When the connection of each endless stream was closed by the gateway. */
  readonly endlessClosedAt: number[] = [];
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, provider = '', scenario = ''] = (request.url ?? '').split('/');
    await new Promise((resolve) => request.resume().once('end', resolve));
    if (scenario === 'silent') return;
    if (scenario === 'endless') return this.#stream(endless(provider), response);
    const recorded = JSON.parse(
      readFileSync(join(__dirname, 'fixtures', provider, `${scenario}.json`), 'utf8'),
    ) as RecordedAnswer;
    if (recorded.sse) await this.#stream(eventsOf(recorded), response, recorded.abort);
    else {
      const head = { 'content-type': recorded.content_type ?? 'application/json', ...recorded.headers };
      response.writeHead(recorded.status ?? 200, head).end(recorded.raw ?? JSON.stringify(recorded.body));
    }
  }

  async #stream(events: Iterable<string>, response: ServerResponse, breaks = false): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events) {
      if (response.destroyed) {
        this.endlessClosedAt.push(performance.now());
        return;
      }
      response.write(event);
      await pause(5);
    }
    if (breaks) response.destroy();
    else response.end();
  }
}

function* eventsOf({ sse = [], done }: RecordedAnswer): Generator<string> {
  for (const entry of sse) {
    const named = isNamed(entry) ? entry : { data: entry };
    const name = named.event === undefined ? '' : `event: ${named.event}\n`;
    const data = typeof named.data === 'string' ? named.data : JSON.stringify(named.data);
    yield `${name}data: ${data}\n\n`;
  }
  if (done) yield 'data: [DONE]\n\n';
}

function isNamed(entry: unknown): entry is SseEvent {
  return typeof entry === 'object' && entry !== null && 'event' in entry && 'data' in entry;
}

/** The beginning of the recorded stream, and then its first piece of text for ever. */
function* endless(provider: string): Generator<string> {
  const recorded = JSON.parse(
    readFileSync(join(__dirname, 'fixtures', provider, 'stream.json'), 'utf8'),
  ) as RecordedAnswer;
  let last = '';
  for (const event of eventsOf(recorded)) {
    last = event;
    yield event;
    if (event.includes('The cap')) break;
  }
  for (;;) yield last;
}
