/** Anthropic's adapter over its recorded and documented exchanges: what is sent, and what an answer or error becomes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GatewayError } from '../../errors/gateway-error.js';
import type { ChatCompletionChunk, ChatDelta, ToolCallDelta } from '../../schema/openai/chat.js';
import type { ChatCall, ChatStreamParser } from '../../spec/chat-adapter.js';
import { plainParameters } from '../../spec/parameters.js';
import { anthropic } from './index.js';

interface Fixture {
  readonly name: string;
  readonly call: Pick<ChatCall, 'body' | 'model' | 'stream'> & { readonly parameters?: object };
  readonly sent: { readonly path: string; readonly headers: object; readonly body: object };
  readonly upstream: {
    readonly status: number;
    readonly headers?: Record<string, string>;
    readonly body?: unknown;
    readonly sse?: readonly { readonly event: string; readonly data: unknown }[];
  };
  readonly expect: {
    readonly completion?: { readonly choices: readonly { readonly message: Record<string, unknown> }[] };
    readonly usage?: object;
    readonly finishReason?: string;
    readonly error?: { readonly code: string; readonly status?: number; readonly message?: string };
  };
}

const chat = anthropic.chat!;
const folder = join(__dirname, '__fixtures__');
const fixtures = readdirSync(folder).map((file): [string, Fixture] => [
  file.replace('.json', ''),
  JSON.parse(readFileSync(join(folder, file), 'utf8')) as Fixture,
]);
const answered = fixtures.filter(([, { upstream, expect: wanted }]) => upstream.body !== undefined && !wanted.error);
const refused = fixtures.filter(([, { upstream, expect: wanted }]) => upstream.body !== undefined && wanted.error);
const streamed = fixtures.filter(([, { upstream, expect: wanted }]) => upstream.sse && !wanted.error);

function callOf({ call }: Fixture): ChatCall {
  return {
    stream: false,
    created: 1700000000,
    responseId: 'chatcmpl-own',
    endpoint: { origin: 'https://api.anthropic.com', basePath: '' },
    ...call,
    body: { ...call.body, model: 'public-name' },
    parameters: { ...plainParameters, ...call.parameters },
  };
}

function eventsOf({ upstream }: Fixture): Buffer[] {
  return (upstream.sse ?? []).map(({ event, data }) =>
    Buffer.from(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
  );
}

function readAll(parser: ChatStreamParser, pieces: readonly Uint8Array[]): ChatCompletionChunk[] {
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
}

/** What a client makes of the chunks. */
function assemble(chunks: readonly ChatCompletionChunk[]): { message: Record<string, unknown>; finish: string[] } {
  const message: Record<string, unknown> = {};
  const calls: { id?: string; type?: string; function: { name: string; arguments: string } }[] = [];
  const finish = chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? []);
  const join = (name: keyof ChatDelta, value: unknown): void => {
    if (typeof value === 'string') message[name] = `${(message[name] as string | undefined) ?? ''}${value}`;
    else if (Array.isArray(value)) message[name] = [...((message[name] as unknown[] | undefined) ?? []), ...value];
  };
  for (const { choices } of chunks) {
    const { role, tool_calls: deltas, ...rest } = choices[0]!.delta;
    if (role) message['role'] = role;
    for (const [name, value] of Object.entries(rest)) join(name, value);
    for (const { index, id, type, function: part } of (deltas ?? []) as readonly ToolCallDelta[]) {
      const call = (calls[index] ??= { function: { name: '', arguments: '' } });
      Object.assign(call, id && { id }, type && { type });
      call.function.name += part?.name ?? '';
      call.function.arguments += part?.arguments ?? '';
    }
  }
  return { message: { ...message, ...(calls.length > 0 && { tool_calls: calls }) }, finish };
}

function faultOf(read: () => unknown): GatewayError {
  try {
    read();
  } catch (error) {
    return error as GatewayError;
  }
  throw new Error('nothing was thrown');
}

describe('anthropic fixtures', () => {
  it.each(fixtures)('%s: sends exactly the recorded request', (_file, fixture) => {
    const request = chat.buildRequest(callOf(fixture));
    expect(request).toMatchObject({ method: 'POST', path: fixture.sent.path });
    expect(request.headers).toEqual(fixture.sent.headers);
    expect(JSON.parse(String(request.body))).toEqual(fixture.sent.body);
  });

  it.each(answered)('%s: reads the whole answer', (_file, fixture) => {
    const body = Buffer.from(JSON.stringify(fixture.upstream.body));
    const { completion, usage } = chat.parseResponse({ status: 200, headers: {}, body }, callOf(fixture));
    expect(completion).toEqual({
      id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
      created: 1700000000,
      ...fixture.expect.completion,
    });
    expect(usage).toEqual(fixture.expect.usage);
    expect(completion.choices[0]!.finish_reason).toBe(fixture.expect.finishReason);
  });

  it.each(refused)('%s: maps the error', (_file, fixture) => {
    const { status, headers = {} } = fixture.upstream;
    const response = { status, headers, body: Buffer.from(JSON.stringify(fixture.upstream.body)) };
    const error =
      status === 200 ? faultOf(() => chat.parseResponse(response, callOf(fixture))) : chat.parseError(response);
    expect(error).toMatchObject({ ...fixture.expect.error, provider: 'anthropic' });
  });

  describe.each(streamed)('%s: the stream', (_file, fixture) => {
    const events = eventsOf(fixture);
    const whole = Buffer.concat(events);

    it('assembles to the answer, with one finish reason, one id and the usage', () => {
      const parser = chat.createStreamParser(callOf(fixture));
      const chunks = readAll(parser, events);
      const { message, finish } = assemble(chunks);
      expect(message).toEqual(fixture.expect.completion!.choices[0]!.message);
      expect(finish).toEqual([fixture.expect.finishReason]);
      expect(parser.usage).toEqual(fixture.expect.usage);
      expect(parser.finished).toBe(true);
      expect(new Set(chunks.map((chunk) => `${chunk.id} ${chunk.created} ${chunk.model}`)).size).toBe(1);
      expect(chunks[0]!.choices[0]!.delta.role).toBe('assistant');
    });

    it('gives the same chunks for a cut at every byte', () => {
      const expected = readAll(chat.createStreamParser(callOf(fixture)), [whole]);
      for (let cut = 1; cut < whole.length; cut += 1) {
        const parser = chat.createStreamParser(callOf(fixture));
        expect(readAll(parser, [whole.subarray(0, cut), whole.subarray(cut)])).toEqual(expected);
      }
    });

    it('is an error when it ends after any event but the last, without a finish reason', () => {
      for (let count = 0; count < events.length; count += 1) {
        const parser = chat.createStreamParser(callOf(fixture));
        const chunks = events.slice(0, count).flatMap((event) => parser.push(event));
        expect(faultOf(() => parser.end())).toMatchObject({ code: 'upstream_stream_truncated' });
        expect(assemble(chunks).finish).toEqual([]);
      }
    });
  });

  it('err-stream-event: throws the reported error, and hands over what came before it in the same bytes', () => {
    const fixture = fixtures.find(([file]) => file === 'err-stream-event')![1];
    const parser = chat.createStreamParser(callOf(fixture));
    expect(faultOf(() => parser.push(Buffer.concat(eventsOf(fixture))))).toMatchObject(fixture.expect.error!);
    expect(assemble(parser.beforeFault).message).toEqual({ role: 'assistant', content: 'Par' });
  });
});
