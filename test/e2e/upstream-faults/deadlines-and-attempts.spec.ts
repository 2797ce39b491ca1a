/** A provider that cannot be reached or says nothing costs no more than its deadline, and is asked exactly as often as the configuration says. */
import { createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { clientView } from '../support/client-stream.js';
import { anthropic, completeStream, eventsText, openAi, type DialectAnswers } from '../support/dialects.js';
import { expectRefused } from '../support/envelope.js';
import { detailOf, TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import { chunkOf, RawUpstream, streamHead, wholeAnswer, type Scenario } from '../support/upstream.js';

/** Room for a busy machine; what must be quick says so by itself. */
jest.setTimeout(30_000);

const messages = [{ role: 'user', content: 'Hello' }];
const timeoutS = 1;
const streamTimeoutS = 0.5;
/** Loose: what must not happen is that a deadline is missed by seconds. */
const toleranceMs = 5_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

function streamUpTo(words: readonly string[], dialect: DialectAnswers): Buffer {
  const events = eventsText([...dialect.opening, ...words.map((word) => dialect.content(word))]);
  return Buffer.concat([Buffer.from(streamHead), chunkOf(events)]);
}

/** What the provider does, by the model that it is asked for; the dialect is the path's. */
const scenarios: Readonly<Record<string, (dialect: DialectAnswers) => Scenario>> = {
  silent: () => () => undefined,
  'silent-after-head':
    () =>
    (socket, { json }) => {
      socket.write(
        json.stream ? streamHead : 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n',
      );
    },
  'silent-amid':
    (dialect) =>
    (socket, { json }) => {
      socket.write(json.stream ? streamUpTo(['Hello'], dialect) : wholeAnswer(dialect.whole('Hello')).subarray(0, -20));
    },
  'interim-for-ever': () => async (socket) => {
    while (!socket.destroyed) {
      socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
      await wait(20);
    }
  },
  'dripping-for-ever':
    (dialect) =>
    async (socket, { json }) => {
      socket.write(
        json.stream
          ? streamUpTo(['Hello'], dialect)
          : 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
      );
      while (!socket.destroyed) {
        socket.write(chunkOf(json.stream ? ': ping\n\n' : ' '));
        await wait(20);
      }
    },
  'two-answers': (dialect) => (socket) => {
    const poison = wholeAnswer(dialect.whole('poisoned'));
    socket.write(Buffer.concat([wholeAnswer(dialect.whole('first')), poison]));
  },
  fine:
    (dialect) =>
    (socket, { json }) => {
      if (json.stream)
        socket.write(
          Buffer.concat([
            Buffer.from(streamHead),
            chunkOf(completeStream(dialect, ['fine'])),
            Buffer.from('0\r\n\r\n'),
          ]),
        );
      else socket.write(wholeAnswer(dialect.whole('fine')));
    },
  'fails-with-500': (dialect) => (socket) =>
    void socket.write(wholeAnswer(dialect.error('Try later.', 'api_error'), '', '500 Internal Server Error')),
  'fails-with-400': (dialect) => (socket) =>
    void socket.write(wholeAnswer(dialect.error('Wrong.'), '', '400 Bad Request')),
  'fails-twice': (dialect) => {
    return (socket, request) => {
      const before = seen.get(request.json.model ?? '') ?? 0;
      seen.set(request.json.model ?? '', before + 1);
      if (before < 2) socket.resetAndDestroy();
      else void scenarios['fine']?.(dialect)(socket, request);
    };
  },
};
const seen = new Map<string, number>();

describe('deadlines and attempts', () => {
  let gateway: TestGateway;
  let upstream: RawUpstream;
  let plainServer: Server;
  let asked = 0;

  beforeAll(async () => {
    const closedPort = await freePort();
    plainServer = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
    });
    await new Promise<void>((resolve) => plainServer.listen(0, '127.0.0.1', resolve));
    const plainPort = (plainServer.address() as AddressInfo).port;
    upstream = await RawUpstream.start(({ json, path }) => {
      const scenario = scenarios[json.model?.replace(/~.*/, '') ?? ''];
      if (!scenario) throw new Error(`No scenario for ${json.model}`);
      return scenario(path.endsWith('/messages') ? anthropic : openAi);
    });
    const deadlines = { api_key: 'k', timeout: timeoutS, stream_timeout: streamTimeoutS };
    const patient = { api_key: 'k', timeout: 20, stream_timeout: 20 };
    gateway = await TestGateway.start({
      models: [
        {
          model_name: 'same/*',
          litellm_params: { model: 'openai/*', api_base: `${upstream.origin}/v1`, ...deadlines },
        },
        {
          model_name: 'translated/*',
          litellm_params: { model: 'anthropic/*', api_base: upstream.origin, ...deadlines },
        },
        {
          model_name: 'patient-same/*',
          litellm_params: { model: 'openai/*', api_base: `${upstream.origin}/v1`, ...patient },
        },
        {
          model_name: 'patient-translated/*',
          litellm_params: { model: 'anthropic/*', api_base: upstream.origin, ...patient },
        },
        {
          model_name: 'refused-same/*',
          litellm_params: { model: 'openai/*', api_base: `http://127.0.0.1:${closedPort}/v1`, ...patient },
        },
        {
          model_name: 'refused-translated/*',
          litellm_params: { model: 'anthropic/*', api_base: `http://127.0.0.1:${closedPort}`, ...patient },
        },
        {
          model_name: 'no-tls-same/*',
          litellm_params: { model: 'openai/*', api_base: `https://127.0.0.1:${plainPort}/v1`, ...patient },
        },
        {
          model_name: 'no-tls-translated/*',
          litellm_params: { model: 'anthropic/*', api_base: `https://127.0.0.1:${plainPort}`, ...patient },
        },
        {
          model_name: 'nowhere-same/*',
          litellm_params: { model: 'openai/*', api_base: 'http://provider.invalid/v1', ...patient },
        },
        {
          model_name: 'nowhere-translated/*',
          litellm_params: { model: 'anthropic/*', api_base: 'http://provider.invalid', ...patient },
        },
      ],
    });
  });

  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
    plainServer.close();
  });

  function ask(model: string, stream: boolean, more: object = {}): Promise<Answer> {
    asked++;
    return gateway.chat({ model, stream, messages, ...more });
  }

  async function expectFailureRow(model: string, code: string, attempts = 1): Promise<void> {
    const rows = await gateway.rowsOf(model);
    expect(rows.map(({ status }) => status)).toEqual(['failure']);
    const detail = rows.map(detailOf)[0];
    expect(detail?.errorCode).toBe(code);
    expect(detail?.attempts.map(({ status, errorCode }) => ({ status, errorCode }))).toEqual(
      Array.from({ length: attempts }, () => ({ status: 'failure', errorCode: code })),
    );
  }

  const variants = [openAi, anthropic].flatMap((dialect) => [true, false].map((stream) => ({ dialect, stream })));
  const named = variants.map(({ dialect, stream }) => ({
    dialect,
    stream,
    kind: `${dialect.name}, ${stream ? 'stream' : 'whole'}`,
  }));

  it.each(named)('a refused connection is 502 ($kind)', async ({ dialect, stream, kind }) => {
    const model = `refused-${dialect.prefix}/${kind}`;
    expect(expectRefused(await ask(model, stream), 502).type).toBe('api_connection_error');
    await expectFailureRow(model, 'upstream_unreachable');
  });

  it.each(named)('a TLS handshake that fails is 502 ($kind)', async ({ dialect, stream, kind }) => {
    const model = `no-tls-${dialect.prefix}/${kind}`;
    expect(expectRefused(await ask(model, stream), 502).type).toBe('api_connection_error');
    await expectFailureRow(model, 'upstream_unreachable');
  });

  it.each(named)('a host name that does not resolve is 502 ($kind)', async ({ dialect, stream, kind }) => {
    const model = `nowhere-${dialect.prefix}/${kind}`;
    expect(expectRefused(await ask(model, stream), 502).type).toBe('api_connection_error');
    await expectFailureRow(model, 'upstream_unreachable');
  });

  const silences = ['silent', 'silent-after-head', 'silent-amid', 'interim-for-ever', 'dripping-for-ever'];
  const silent = named.flatMap((each) => silences.map((silence) => ({ ...each, silence })));

  describe('silence', () => {
    /** All at once: each waits for its own deadline. */
    const answers = new Map<string, Promise<Answer>>();
    const modelOf = ({ dialect, silence, kind }: (typeof silent)[number]): string =>
      `${dialect.prefix}/${silence}~${kind}`;

    beforeAll(() => {
      for (const each of silent) answers.set(modelOf(each), ask(modelOf(each), each.stream));
    });

    it.each(silent)('$silence: the deadline is kept ($kind)', async (each) => {
      const { silence, stream } = each;
      const answer = (await answers.get(modelOf(each))) as Answer;
      const deadlineMs = 1_000 * (stream && silence !== 'dripping-for-ever' ? streamTimeoutS : timeoutS);
      // On a busy machine what drips may pause for as long as silence lasts.
      expect(answer.durationMs).toBeGreaterThan(1_000 * (stream ? streamTimeoutS : timeoutS) - 50);
      expect(answer.durationMs).toBeLessThan(deadlineMs + toleranceMs);
      if (stream && (silence === 'silent-amid' || silence === 'dripping-for-ever')) {
        const view = clientView(answer);
        expect(view).toMatchObject({ status: 200, text: 'Hello', finishReason: null, done: false });
        expect(view.error?.type).toBe('timeout_error');
      } else {
        expect(expectRefused(answer, 408).type).toBe('timeout_error');
      }
      await expectFailureRow(modelOf(each), 'upstream_timeout');
    });
  });

  it('closes the connections of the silent ones', async () => {
    // What is left are idle connections of answers that were complete.
    const open = [...upstream.sockets].filter((socket) => !socket.destroyed);
    expect(open.length).toBeLessThanOrEqual(2);
  });

  it.each(named.filter(({ stream }) => !stream))(
    'a second answer behind the first one is never taken for the next request’s ($kind)',
    async ({ dialect, stream, kind }) => {
      const first = await ask(`patient-${dialect.prefix}/two-answers~${kind}`, stream);
      expect(clientView(first)).toMatchObject({ status: 200, text: 'first' });
      const second = await ask(`patient-${dialect.prefix}/fine~${kind}`, stream);
      expect(clientView(second)).toMatchObject({ status: 200, text: 'fine' });
    },
  );

  it.each(named)(
    'num_retries: 2 asks three times for a 500, and each attempt is in the row ($kind)',
    async ({ dialect, stream, kind }) => {
      const wanted = `fails-with-500~${kind}`;
      const model = `patient-${dialect.prefix}/${wanted}`;
      expectRefused(await ask(model, stream, { num_retries: 2 }), 500);
      expect(upstream.requests.filter(({ json }) => json.model === wanted)).toHaveLength(3);
      await expectFailureRow(model, 'upstream_internal', 3);
    },
  );

  it.each(named)('num_retries: 2 asks once for a 400 ($kind)', async ({ dialect, stream, kind }) => {
    const wanted = `fails-with-400~${kind}`;
    const model = `patient-${dialect.prefix}/${wanted}`;
    expect(expectRefused(await ask(model, stream, { num_retries: 2 }), 400).message).toBe('Wrong.');
    expect(upstream.requests.filter(({ json }) => json.model === wanted)).toHaveLength(1);
    await expectFailureRow(model, 'upstream_bad_request', 1);
  });

  it.each(named)(
    'a request that succeeds at its third attempt is one success with three attempts ($kind)',
    async ({ dialect, stream, kind }) => {
      const model = `patient-${dialect.prefix}/fails-twice~${kind}`;
      const answer = await ask(model, stream, { num_retries: 2 });
      expect(clientView(answer)).toMatchObject({ status: 200, text: 'fine', finishReason: 'stop', done: true });
      expect(answer.headers['x-litellm-attempted-retries']).toBe('2');
      const rows = await gateway.rowsOf(model);
      expect(rows.map(({ status }) => status)).toEqual(['success']);
      expect(rows.flatMap((row) => detailOf(row).attempts.map(({ status }) => status))).toEqual([
        'failure',
        'failure',
        'success',
      ]);
    },
  );

  it('nothing is asked again once the client has got a part of the answer', async () => {
    const wanted = 'silent-amid~begun';
    const view = clientView(await ask(`same/${wanted}`, true, { num_retries: 2 }));
    expect(view).toMatchObject({ text: 'Hello', done: false });
    expect(upstream.requests.filter(({ json }) => json.model === wanted)).toHaveLength(1);
  });

  it('left exactly one row for each request', async () => {
    expect(await gateway.countRows()).toBe(asked);
  });
});
