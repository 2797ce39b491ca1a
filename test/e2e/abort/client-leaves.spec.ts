/** A client that leaves closes its upstream within a second, and is charged for what had been sent. */
import type { Socket } from 'node:net';
import { anthropic, eventsText, openAi, type DialectAnswers } from '../support/dialects.js';
import { eventually } from '../support/eventually.js';
import { detailOf, masterKey, TestGateway } from '../support/gateway.js';
import { openSocket, postBytes } from '../support/http-client.js';
import { StreamingUpstream } from './streaming-upstream.js';

/** Room for a busy machine; what must be quick says so by itself. */
jest.setTimeout(30_000);

const withinMs = 1_000;
const intervalMs = 5;

/** Streams for ever; a model named `mute...` gets a head and nothing more, whole answers never come. */
function startProvider(dialect: DialectAnswers): Promise<StreamingUpstream> {
  return StreamingUpstream.start((response, { stream, model = '' }) => {
    if (!stream) return;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    if (model.startsWith('mute')) return;
    response.write(eventsText(dialect.opening));
    const timer = setInterval(() => response.write(eventsText([dialect.content('word ')])), intervalMs);
    response.on('close', () => clearInterval(timer));
  });
}

describe.each([openAi, anthropic])('a client that leaves ($name)', (dialect) => {
  let upstream: StreamingUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await startProvider(dialect);
    const prices = { input_cost_per_token: 0.000001, output_cost_per_token: 0.00001 };
    const params = { model: `${dialect.provider}/*`, api_base: `${upstream.origin}/v1`, api_key: 'k', ...prices };
    gateway = await TestGateway.start({ models: [{ model_name: 'm/*', litellm_params: params }] });
  });

  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  async function ask(model: string, stream: boolean): Promise<Socket> {
    const socket = await openSocket(gateway.port);
    socket.on('error', () => undefined);
    const body = JSON.stringify({
      model: `m/${model}`,
      stream,
      messages: [{ role: 'user', content: 'Tell me more.' }],
    });
    socket.write(postBytes('/v1/chat/completions', body, { authorization: `Bearer ${masterKey}` }));
    return socket;
  }

  /** Resolves when so many words have reached the client. */
  function received(socket: Socket, words: number): Promise<void> {
    return new Promise((resolve) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.split('word ').length > words) resolve();
      });
    });
  }

  const reached = (count: number): Promise<void> =>
    eventually('the provider has been asked', () => upstream.requests >= count);
  const allClosed = (): Promise<void> =>
    eventually('the connection to the provider is closed', () => upstream.sockets.size === 0, withinMs);

  it.each(['destroy', 'resetAndDestroy'] as const)(
    'amid a stream, by %s: closed, charged for what was sent',
    async (leave) => {
      const socket = await ask(`amid-${leave}`, true);
      await received(socket, 10);
      socket[leave]();
      await allClosed();
      const [row, ...others] = await gateway.rowsOf(`m/amid-${leave}`);
      expect(others).toEqual([]);
      expect(row).toMatchObject({ status: 'failure' });
      const detail = row && detailOf(row);
      expect(detail).toMatchObject({ errorCode: 'client_closed', stream: true, usageEstimated: true });
      expect(detail?.promptTokens).toBeGreaterThan(0);
      expect(detail?.completionTokens).toBeGreaterThanOrEqual(10);
      expect(detail?.completionTokens).toBeLessThan(500);
      expect(row?.spendNanos).toBe(
        BigInt(detail?.promptTokens ?? 0) * 1_000n + BigInt(detail?.completionTokens ?? 0) * 10_000n,
      );
    },
  );

  it.each([
    { when: 'before the first byte of a stream', model: 'mute-stream', stream: true },
    { when: 'while a whole answer is awaited', model: 'whole', stream: false },
  ])('$when: closed, one row', async ({ model, stream }) => {
    const { requests } = upstream;
    const socket = await ask(model, stream);
    await reached(requests + 1);
    socket.destroy();
    await allClosed();
    const rows = await gateway.rowsOf(`m/${model}`);
    expect(rows.map((row) => [row.status, detailOf(row).errorCode])).toEqual([['failure', 'client_closed']]);
  });

  it('is not retried for', async () => {
    const { requests } = upstream;
    const body = JSON.stringify({
      model: 'm/mute-retry',
      stream: true,
      num_retries: 5,
      messages: [{ role: 'user', content: 'Hi' }],
    });
    const socket = await openSocket(gateway.port);
    socket.write(postBytes('/v1/chat/completions', body, { authorization: `Bearer ${masterKey}` }));
    await reached(requests + 1);
    socket.destroy();
    await allClosed();
    expect(upstream.requests).toBe(requests + 1);
    expect((await gateway.rowsOf('m/mute-retry')).flatMap((row) => detailOf(row).attempts)).toHaveLength(1);
  });

  it('who leaves before the body is whole never reaches the provider', async () => {
    const { requests } = upstream;
    const socket = await openSocket(gateway.port);
    socket.write(
      postBytes('/v1/chat/completions', '{"model": "m/half", ', { authorization: `Bearer ${masterKey}` }).slice(0, -10),
    );
    socket.destroy();
    expect(await gateway.rowsOf('m/half')).toEqual([]);
    expect(upstream.requests).toBe(requests);
  });

  it('200 of them leave no connection and exactly 200 rows', async () => {
    for (let batch = 0; batch < 10; batch++) {
      await Promise.all(
        Array.from({ length: 20 }, async (_, at) => {
          const socket = await ask('many', true);
          await received(socket, 1 + (at % 3));
          if (at % 2 === 0) socket.destroy();
          else socket.resetAndDestroy();
        }),
      );
    }
    await allClosed();
    const rows = await gateway.rowsOf('m/many');
    expect(rows).toHaveLength(200);
    expect(
      rows.filter(
        ({ status, spendNanos, totalTokens }) => status !== 'failure' || spendNanos <= 0n || totalTokens <= 0,
      ),
    ).toEqual([]);
  });
});
