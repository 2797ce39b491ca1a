/** A client that reads slowly slows its provider down; it does not fill the gateway's memory. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { anthropic, eventsText, openAi, type DialectAnswers } from '../support/dialects.js';
import { eventually } from '../support/eventually.js';
import { detailOf, masterKey, TestGateway } from '../support/gateway.js';
import { openSocket, postBytes } from '../support/http-client.js';
import { StreamingUpstream } from './streaming-upstream.js';

/** Room for a busy machine; what must be quick says so by itself. */
jest.setTimeout(30_000);

const eventCount = 3_000;
const text = 'x'.repeat(16 * 1024);
const totalBytes = eventCount * text.length;
/** What the operating system's buffers of four sockets hold, and then some. */
const boundBytes = totalBytes / 2;

describe.each([openAi, anthropic])('a slow reader ($name)', (dialect: DialectAnswers) => {
  let gateway: TestGateway;
  let upstream: StreamingUpstream;
  let written = 0;

  /** Writes as fast as the gateway reads. */
  async function pour(response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = eventsText([dialect.content(text)]);
    const closed = once(response, 'close');
    written = 0;
    response.write(eventsText(dialect.opening));
    for (let at = 0; at < eventCount && !response.destroyed; at++) {
      if (!response.write(event)) await Promise.race([once(response, 'drain'), closed]);
      written += text.length;
    }
    response.end(eventsText([...dialect.finish, dialect.end]));
  }

  beforeAll(async () => {
    upstream = await StreamingUpstream.start((response) => void pour(response));
    // Its own silence of a second would end the stream; the client's must not.
    const params = {
      model: `${dialect.provider}/*`,
      api_base: `${upstream.origin}/v1`,
      api_key: 'k',
      stream_timeout: 1,
    };
    gateway = await TestGateway.start({ models: [{ model_name: 'm/*', litellm_params: params }] });
  });

  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  async function askWithoutReading(model: string): Promise<Socket> {
    const socket = await openSocket(gateway.port);
    socket.on('error', () => undefined);
    socket.pause();
    const body = JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'All of it.' }] });
    socket.write(
      postBytes('/v1/chat/completions', body, { authorization: `Bearer ${masterKey}`, connection: 'close' }),
    );
    return socket;
  }

  /** Until the provider has stopped writing for `quietMs`. */
  async function settled(quietMs: number): Promise<void> {
    await eventually('the provider has begun to write', () => written > 0);
    for (let before = -1; before !== written;) {
      before = written;
      await wait(quietMs);
    }
  }

  it('pauses the provider, outlasts the stream timeout, and gets every byte in the end', async () => {
    const socket = await askWithoutReading('m/slow');
    await settled(1_200);
    expect(written).toBeLessThan(boundBytes);
    let received = 0;
    let tail = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      tail = (tail + chunk.toString('latin1')).slice(-300);
    });
    socket.resume();
    await once(socket, 'close');
    expect(received).toBeGreaterThan(totalBytes);
    expect(tail).toContain('data: [DONE]');
    expect((await gateway.rowsOf('m/slow')).map(({ status }) => status)).toEqual(['success']);
  });

  it('who leaves while the provider is paused frees its connection, and has a row', async () => {
    const socket = await askWithoutReading('m/leaves');
    await settled(300);
    socket.destroy();
    await eventually('the connection to the provider is closed', () => upstream.sockets.size === 0, 1_000);
    const rows = await gateway.rowsOf('m/leaves');
    expect(rows.map((row) => [row.status, detailOf(row).errorCode])).toEqual([['failure', 'client_closed']]);
    expect(rows[0]?.totalTokens).toBeGreaterThan(0);
  });
});

function once(emitter: ServerResponse | Socket, name: string): Promise<void> {
  return new Promise((resolve) => emitter.once(name, () => resolve()));
}
