/** A provider that answers each path below `/<provider>/<scenario>` with the answer recorded under that name, and keeps what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { contentTypeOf, eventsOf, findRecorded, inChunks, type RecordedAnswer } from './recorded-answers.js';

/** What stands in a request once a client has answered the model's calls: OpenAI's two dialects, Anthropic's, Google's, Bedrock's. */
const toolResult = /"role":"tool"|"function_call_output"|"tool_result"|"functionResponse"|"toolResult"/;

export class ReplayingProvider {
  /** When the connection of each endless stream was closed by the gateway. */
  readonly endlessClosedAt: number[] = [];
  readonly #received = new Map<string, string[]>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The bodies of all requests so far, as text. */
  received(provider: string, scenario: string): readonly string[] {
    return this.#received.get(`${provider}/${scenario}`) ?? [];
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const [, provider = '', scenario = ''] = path.split('/');
    const body = (await buffer(request)).toString();
    this.#received.set(`${provider}/${scenario}`, [...this.received(provider, scenario), body]);
    if (scenario === 'silent') return;
    if (scenario === 'endless') {
      const recorded = findRecorded(`${provider}/stream`) ?? {};
      return this.#stream(endless(recorded), contentTypeOf(recorded), response);
    }
    const recorded = recordedFor(provider, scenario, path, body);
    const contentType = contentTypeOf(recorded);
    if (recorded.sse ?? recorded.eventstream) {
      await this.#stream(eventsOf(recorded), contentType, response, recorded.abort);
    } else {
      const head = { 'content-type': contentType, ...recorded.headers };
      response.writeHead(recorded.status ?? 200, head).end(recorded.raw ?? JSON.stringify(recorded.body));
    }
  }

  async #stream(
    events: Iterable<string | Uint8Array>,
    contentType: string,
    response: ServerResponse,
    breaks = false,
  ): Promise<void> {
    response.writeHead(200, { 'content-type': contentType });
    for (const event of events) {
      if (response.destroyed) {
        this.endlessClosedAt.push(performance.now());
        return;
      }
      response.write(event);
      await pause(2);
    }
    if (breaks) response.destroy();
    else response.end();
  }
}

/** Of one scenario there may be a whole and a streamed answer; an `agent` calls tools until it is given their results. */
function recordedFor(asked: string, scenario: string, path: string, body: string): RecordedAnswer {
  const cloud = /^(bedrock|vertex)-claude$/.exec(asked)?.[1];
  const provider = cloud ? providerBehind(cloud, scenario) : asked;
  const recorded = recordedOf(provider, scenario, path, body);
  return cloud === 'bedrock' ? inChunks(recorded) : recorded;
}

/** Claude says what it says at Anthropic; what AWS refuses, it refuses in its own words. */
function providerBehind(cloud: string, scenario: string): string {
  return cloud === 'bedrock' && findRecorded(`bedrock/${scenario}`)?.status !== undefined ? 'bedrock' : 'anthropic';
}

function recordedOf(provider: string, scenario: string, path: string, body: string): RecordedAnswer {
  const folder = path.endsWith('/responses') ? `${provider}/responses` : provider;
  const step = scenario === 'agent' ? (toolResult.test(body) ? 'after-tools' : 'tools') : scenario;
  const streamed = step === 'chat' ? 'stream' : `stream-${step}`;
  const isStream = /"stream":\s*true/.test(body) || /stream(GenerateContent|\?|$)/.test(path);
  const names = isStream ? [streamed, step] : [step];
  for (const place of folder === provider ? [folder] : [folder, provider]) {
    for (const name of names) {
      const recorded = findRecorded(`${place}/${name}`);
      if (recorded) return recorded;
    }
  }
  return { status: 501, raw: `No answer of ${provider} is recorded for ${names.join(' or ')}.` };
}

/** The beginning of a recorded stream, and then its first piece of text for ever. */
function* endless(recorded: RecordedAnswer): Generator<string | Uint8Array> {
  let last: string | Uint8Array = '';
  for (const event of eventsOf(recorded)) {
    last = event;
    yield event;
    if (Buffer.from(event).includes('The cap')) break;
  }
  for (;;) yield last;
}
