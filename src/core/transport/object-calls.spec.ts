/** Calls whose request body or whose answer is a stream of bytes: nothing is held, and what breaks says why. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent } from 'undici';
import { GatewayError } from '../errors/gateway-error.js';
import type { AnswerSink, OutboundRequest } from '../spec/index.js';
import { systemClock } from '../spec/clock.js';
import { errorReader, madeUpDeployment } from '../testing/deployments.js';
import { ProviderCall, type CallOptions } from './execute-call.js';
import { ContentTranslation, ObjectTranslation } from './object-translation.js';

let handle: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => response.end();
const server = createServer((request, response) => handle(request, response));
const agent = new Agent();
let origin: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await agent.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const options = (): CallOptions => ({
  dispatcher: agent,
  dispatcherTo: () => agent,
  credentials: { current: ({ credentials }) => credentials, forget: () => undefined },
  clock: systemClock,
  totalTimeoutMs: 10_000,
  idleTimeoutMs: undefined,
  maxResponseBytes: 1_000,
});

const parseError = errorReader().parseError.bind(errorReader());

function upload(content: AsyncIterable<Uint8Array>): { call: ProviderCall<string, never>; answers: string[] } {
  const answers: string[] = [];
  const request: OutboundRequest = { method: 'POST', origin, path: '/files', headers: {}, bodyStream: content };
  const translation = new ObjectTranslation('acme', request, ({ body }) => Buffer.from(body).toString(), parseError);
  const sink: AnswerSink<string, never> = {
    whole: ({ answer }) => void answers.push(answer),
    begin: () => undefined,
    part: () => true,
    onDrain: () => undefined,
  };
  const deployment = madeUpDeployment({ endpoint: { origin, basePath: '' } });
  return { call: new ProviderCall(deployment, false, translation, sink, options()), answers };
}

async function lengthOf(request: IncomingMessage): Promise<number> {
  let length = 0;
  for await (const chunk of request) length += (chunk as Buffer).length;
  return length;
}

async function* chunksOf(count: number, made: { count: number }): AsyncGenerator<Uint8Array> {
  for (; made.count < count; made.count += 1) yield await Promise.resolve(Buffer.alloc(64 * 1024, made.count));
}

describe('a request body that is a stream', () => {
  it('arrives whole, and with the credentials of the deployment', async () => {
    let seen: IncomingMessage['headers'] = {};
    handle = (request, response) => {
      seen = request.headers;
      void lengthOf(request).then((length) => response.end(String(length)));
    };
    const { call, answers } = upload(chunksOf(32, { count: 0 }));
    await call.run();
    expect([answers, seen.authorization]).toEqual([[String(32 * 64 * 1024)], 'Bearer sk-operator']);
  });

  it('is read no faster than the provider takes it', async () => {
    let release = (): void => undefined;
    handle = (request, response) => {
      request.pause();
      release = () => void lengthOf(request).then((length) => response.end(String(length)));
    };
    const made = { count: 0 };
    const { call, answers } = upload(chunksOf(400, made));
    const running = call.run();
    let before = -1;
    for (let quiet = 0; quiet < 5; quiet = made.count === before ? quiet + 1 : 0) {
      before = made.count;
      await wait(30);
    }
    expect(made.count).toBeLessThan(400);
    release();
    await running;
    expect(answers).toEqual([String(400 * 64 * 1024)]);
  });

  it('that fails fails the call with its own error, and the provider gets no whole request', async () => {
    const ended = new Promise<string>((resolve) => {
      handle = (request) =>
        void lengthOf(request).then(
          () => resolve('whole'),
          () => resolve('cut'),
        );
    });
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(200_000);
      await wait(20);
      throw new GatewayError('invalid_request', { facts: { reason: 'Line 2 is wrong.' } });
    }
    const { call, answers } = upload(failing());
    await expect(call.run()).rejects.toMatchObject({ code: 'invalid_request', message: 'Line 2 is wrong.' });
    expect([await ended, answers]).toEqual(['cut', []]);
  });

  it('is let go of when the call is aborted or the provider refuses it early', async () => {
    let closed = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield Buffer.alloc(1_000);
          await wait(1);
        }
      } finally {
        closed += 1;
      }
    }
    handle = (request) => void request.resume().on('error', () => undefined);
    const aborted = upload(endless()).call;
    const running = aborted.run();
    await wait(30);
    aborted.abort(new GatewayError('client_closed'));
    await expect(running).rejects.toMatchObject({ code: 'client_closed' });
    handle = (request, response) => {
      request.resume().on('error', () => undefined);
      response.writeHead(400).end('too large for us');
    };
    await expect(upload(endless()).call.run()).rejects.toMatchObject({ message: 'too large for us' });
    for (let looks = 0; closed < 2 && looks < 200; looks += 1) await wait(10);
    expect(closed).toBe(2);
  });
});

describe('an answer that is a stream of bytes', () => {
  function download(part: (bytes: Buffer) => boolean): { call: ProviderCall<never, Buffer>; resume: () => void } {
    const request: OutboundRequest = { method: 'GET', origin, path: '/content', headers: {} };
    const waiting: (() => void)[] = [];
    const sink: AnswerSink<never, Buffer> = {
      whole: () => undefined,
      begin: () => undefined,
      part,
      onDrain: (resume) => void waiting.push(resume),
    };
    const deployment = madeUpDeployment({ endpoint: { origin, basePath: '' } });
    const call = new ProviderCall(deployment, true, new ContentTranslation(request, parseError), sink, options());
    return { call, resume: () => waiting.splice(0).forEach((resume) => resume()) };
  }

  it.each(['application/octet-stream', 'application/jsonl', undefined])(
    'comes through whatever it is: %s',
    async (type) => {
      handle = (_request, response) => {
        response.writeHead(200, type === undefined ? {} : { 'content-type': type });
        response.end(Buffer.alloc(300_000, 7));
      };
      const parts: Buffer[] = [];
      await download((bytes) => parts.push(bytes) > 0).call.run();
      expect(Buffer.concat(parts).equals(Buffer.alloc(300_000, 7))).toBe(true);
    },
  );

  it('waits for a reader that is slower than the provider', async () => {
    handle = (_request, response) => void response.end(Buffer.alloc(20_000_000));
    let bytes = 0;
    const { call, resume } = download((part) => {
      bytes += part.length;
      return false;
    });
    const running = call.run();
    await wait(100);
    expect(bytes).toBeLessThan(1_000_000);
    const draining = setInterval(resume, 0);
    await running;
    clearInterval(draining);
    expect(bytes).toBe(20_000_000);
  });

  it('that breaks off is an error, and a refusal is the provider’s own', async () => {
    handle = (_request, response) => {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write('x', () => response.destroy());
    };
    await expect(download(() => true).call.run()).rejects.toMatchObject({ code: 'upstream_connection_lost' });
    handle = (_request, response) => void response.writeHead(404).end('gone');
    await expect(download(() => true).call.run()).rejects.toMatchObject({ message: 'gone' });
  });
});
