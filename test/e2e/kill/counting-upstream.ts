/** A provider that counts: answers in OpenAI's dialect and remembers the marker of every call that it received whole. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export const answerText = 'one two three four';
export const usage = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 };

export interface UpstreamOptions {
  /** Milliseconds before the answer begins. */
  readonly delayMs: () => number;
  /** Milliseconds between the chunks of a stream. */
  readonly chunkMs: () => number;
}

interface ChatBody {
  readonly messages: readonly { readonly content: string }[];
  readonly stream?: boolean;
}

export class CountingUpstream {
  /** How often each marker, the text of the last message, was asked. */
  readonly calls = new Map<string, number>();
  readonly #server: Server;
  readonly #options: UpstreamOptions;

  constructor(options: Partial<UpstreamOptions> = {}) {
    this.#options = { delayMs: () => 0, chunkMs: () => 0, ...options };
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.keepAliveTimeout = 60_000;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readJson(request);
    // A caller that died while it sent asked nothing.
    if (!body) return;
    const marker = body.messages.at(-1)?.content ?? '';
    this.calls.set(marker, (this.calls.get(marker) ?? 0) + 1);
    await pause(this.#options.delayMs());
    if (body.stream) await this.#stream(marker, response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(wholeAnswer(marker));
  }

  async #stream(marker: string, response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of streamEvents(marker)) {
      if (response.destroyed) return;
      response.write(`data: ${event}\n\n`);
      await pause(this.#options.chunkMs());
    }
    response.end();
  }
}

async function readJson(request: IncomingMessage): Promise<ChatBody | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return null;
  }
  return JSON.parse(Buffer.concat(chunks).toString()) as ChatBody;
}

function wholeAnswer(marker: string): string {
  const message = { role: 'assistant', content: answerText };
  const choices = [{ index: 0, message, finish_reason: 'stop' }];
  return JSON.stringify({
    id: `chatcmpl-${marker}`,
    object: 'chat.completion',
    created: 1,
    model: 'counted',
    choices,
    usage,
  });
}

function* streamEvents(marker: string): Generator<string> {
  const chunk = (choices: readonly unknown[], rest: object = {}): string =>
    JSON.stringify({
      id: `chatcmpl-${marker}`,
      object: 'chat.completion.chunk',
      created: 1,
      model: 'counted',
      choices,
      ...rest,
    });
  yield chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]);
  for (const word of answerText.split(/(?= )/))
    yield chunk([{ index: 0, delta: { content: word }, finish_reason: null }]);
  yield chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]);
  yield chunk([], { usage });
  yield '[DONE]';
}
