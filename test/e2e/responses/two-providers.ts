/** Two providers on one server: Anthropic's Messages API, which keeps nothing, and OpenAI's Responses API with what each account keeps. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropic, completeStream, eventsText } from '../support/dialects.js';

type Body = Readonly<Record<string, unknown>>;

export interface Received {
  readonly method: string;
  readonly url: string;
  /** The provider's key. */
  readonly account: string;
  readonly body: Body;
}

interface Kept {
  readonly response: Body;
  readonly input: unknown;
}

export class TwoProviders {
  readonly received: Received[] = [];
  /** Ends Anthropic's next stream before its time. */
  truncate = false;
  private readonly accounts = new Map<string, Map<string, Kept>>();
  private made = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TwoProviders> {
    const server = createServer();
    const providers = new TwoProviders(server);
    server.on('request', (request, response) => void providers.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return providers;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get last(): Received {
    const last = this.received.at(-1);
    if (!last) throw new Error('No provider was asked.');
    return last;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { method = '', url = '', headers } = request;
    const account = headers.authorization?.replace('Bearer ', '') ?? String(headers['api-key'] ?? headers['x-api-key']);
    const asked = { method, url, account, body: text === '' ? {} : (JSON.parse(text) as Body) };
    this.received.push(asked);
    if (url.startsWith('/v1/messages')) this.answerMessages(asked, response);
    else if (method === 'POST' && /\/responses(?:\?|$)/.test(url)) this.make(asked, response);
    else this.answerStored(asked, response);
  }

  private answerMessages({ body }: Received, response: ServerResponse): void {
    const text = `answer ${(this.made += 1)}`;
    if (body['stream'] !== true) return sendJson(response, 200, anthropic.whole(text));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const { truncate } = this;
    this.truncate = false;
    response.end(
      truncate ? eventsText([...anthropic.opening, anthropic.content('half')]) : completeStream(anthropic, [text]),
    );
  }

  private make({ account, body }: Received, response: ServerResponse): void {
    const kept = this.keptIn(account);
    const previous = body['previous_response_id'];
    if (typeof previous === 'string' && !kept.has(previous))
      return sendError(response, 400, `Previous response with id '${previous}' not found.`);
    const id = `resp_native${(this.made += 1)}`;
    const whole = {
      id,
      object: 'response',
      created_at: 1,
      status: 'completed',
      background: body['background'] ?? false,
      store: body['store'] ?? true,
      model: body['model'],
      previous_response_id: previous ?? null,
      output: [
        {
          type: 'message',
          id: `msg_${id}`,
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: `native ${this.made}`, annotations: [] }],
        },
      ],
      usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
    };
    if (whole.store !== false) kept.set(id, { response: whole, input: body['input'] });
    if (body['stream'] === true) sendStream(response, whole);
    else if (whole.background === true)
      sendJson(response, 200, JSON.stringify({ ...whole, status: 'queued', output: [], usage: null }));
    else sendJson(response, 200, JSON.stringify(whole));
  }

  private answerStored({ method, url, account }: Received, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(url, 'http://provider');
    const [, id = '', rest] = /\/responses\/([^/]+)(\/.*)?$/.exec(pathname) ?? [];
    const kept = this.keptIn(account);
    const found = kept.get(id);
    if (!found) return sendError(response, 404, `Response with id '${id}' not found.`);
    if (method === 'DELETE') {
      kept.delete(id);
      return sendJson(response, 200, JSON.stringify({ id, object: 'response', deleted: true }));
    }
    if (rest === '/input_items') {
      const data = [{ id: 'msg_in', type: 'message', role: 'user', content: found.input }];
      return sendJson(response, 200, JSON.stringify({ object: 'list', data, has_more: false }));
    }
    if (rest === '/cancel') return sendJson(response, 200, JSON.stringify({ ...found.response, status: 'cancelled' }));
    if (searchParams.get('stream') === 'true') return sendStream(response, found.response);
    return sendJson(response, 200, JSON.stringify(found.response));
  }

  private keptIn(account: string): Map<string, Kept> {
    const known = this.accounts.get(account) ?? new Map<string, Kept>();
    this.accounts.set(account, known);
    return known;
  }
}

function sendJson(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

function sendError(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, JSON.stringify({ error: { message, type: 'invalid_request_error', code: null } }));
}

function sendStream(response: ServerResponse, whole: Body): void {
  const event = (type: string, sequence: number, members: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence, ...members })}`;
  const begun = { ...whole, status: 'in_progress', output: [], usage: null };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(
    eventsText([
      event('response.created', 0, { response: begun }),
      event('response.in_progress', 1, { response: begun }),
      event('response.output_text.delta', 2, { delta: 'native' }),
      event('response.completed', 3, { response: whole }),
    ]),
  );
}
