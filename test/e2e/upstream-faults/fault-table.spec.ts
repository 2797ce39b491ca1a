/**
 * Whatever a provider does, its client gets a typed error or an error event, never an invented end, and one row is written
 * . Jest itself fails a test during which a promise is rejected unheard.
 */
import { anthropic, openAi, type DialectAnswers } from '../support/dialects.js';
import { clientView } from '../support/client-stream.js';
import { expectRefused } from '../support/envelope.js';
import { detailOf, TestGateway } from '../support/gateway.js';
import { RawUpstream, wholeAnswer } from '../support/upstream.js';
import { faults, wholeText, type Fault, type Outcome } from './faults.js';

/** Room for a busy machine; what must be quick says so by itself. */
jest.setTimeout(30_000);

/** Generous: a busy machine must not fail these tests, a hanging request must. */
const ceilingMs = 10_000;

interface Case {
  readonly label: string;
  readonly model: string;
  readonly fault: Fault;
  readonly dialect: DialectAnswers;
  readonly stream: boolean;
  readonly outcome: Exclude<Outcome, 'as its error event says'>;
}

const cases: Case[] = [];
for (const fault of faults) {
  for (const dialect of [openAi, anthropic]) {
    if (fault.only !== undefined && fault.only !== dialect.ends) continue;
    for (const stream of [true, false]) {
      const wanted = stream ? fault.stream : fault.whole;
      if (wanted === undefined) continue;
      const outcome = wanted === 'as its error event says' ? dialect.errorEventStatus : wanted;
      const label = `${fault.name} (${dialect.name}, ${stream ? 'stream' : 'whole'})`;
      cases.push({ label, model: `case-${cases.length}`, fault, dialect, stream, outcome });
    }
  }
}

describe('faults of a provider', () => {
  let gateway: TestGateway;
  let upstream: RawUpstream;
  let canary: RawUpstream;

  beforeAll(async () => {
    canary = await RawUpstream.start(() => (socket) => void socket.end(wholeAnswer(openAi.whole('caught'))));
    upstream = await RawUpstream.start(({ json }) => {
      const found = cases.find(({ model }) => model === json.model);
      if (!found)
        return (socket, { path }) =>
          void socket.end(wholeAnswer((path.endsWith('messages') ? anthropic : openAi).whole('fine')));
      return (socket) => found.fault.serve({ ...found, socket: withCanary(socket, canary.origin) });
    });
    gateway = await TestGateway.start({
      models: [
        {
          model_name: 'same/*',
          litellm_params: {
            model: 'openai/*',
            api_base: `${upstream.origin}/v1`,
            api_key: 'k',
            timeout: 20,
            stream_timeout: 20,
          },
        },
        {
          model_name: 'translated/*',
          litellm_params: {
            model: 'anthropic/*',
            api_base: upstream.origin,
            api_key: 'k',
            timeout: 20,
            stream_timeout: 20,
          },
        },
      ],
    });
  });

  afterAll(async () => {
    await gateway.stop();
    await Promise.all([upstream.stop(), canary.stop()]);
  });

  it.each(cases)('$label: $outcome', async ({ model, fault, dialect, stream, outcome }) => {
    const name = `${dialect.prefix}/${model}`;
    const answer = await gateway.chat({ model: name, stream, messages: [{ role: 'user', content: 'Hello' }] });
    expect(answer.durationMs).toBeLessThan(ceilingMs);
    expect(answer.cut).toBe(false);
    const view = clientView(answer);
    if (outcome === 'answered') {
      expect(view).toEqual({ status: 200, text: wholeText, finishReason: 'stop', done: true, error: undefined });
    } else if (outcome === 'in band') {
      expect(view).toMatchObject({ status: 200, text: wholeText, finishReason: null, done: false });
      expect(view.error).toBeDefined();
    } else {
      expectRefused(answer, outcome);
    }

    const rows = await gateway.rowsOf(name);
    expect(rows.map(({ status }) => status)).toEqual([outcome === 'answered' ? 'success' : 'failure']);
    const detail = rows.map(detailOf)[0];
    expect(detail?.attempts).toHaveLength(1);
    const code = stream ? fault.code : (fault.codeWhole ?? fault.code);
    if (code !== undefined) expect(detail?.errorCode).toBe(code);
    expect(upstream.requests.filter(({ json }) => json.model === model)).toHaveLength(1);
  });

  it('left exactly one row for each request, followed no redirect, and serves on', async () => {
    expect(canary.requests).toEqual([]);
    expect(await gateway.countRows()).toBe(cases.length);
    for (const { prefix } of [openAi, anthropic]) {
      const answer = await gateway.chat({ model: `${prefix}/healthy`, messages: [{ role: 'user', content: 'Hello' }] });
      expect(clientView(answer)).toMatchObject({ status: 200, text: 'fine', finishReason: 'stop' });
    }
  });
});

/** Scenarios name the canary's address by a word, as they do not know it. */
function withCanary<T extends { write(data: Buffer | string): boolean }>(socket: T, origin: string): T {
  const write = socket.write.bind(socket);
  socket.write = (data) =>
    write(
      typeof data === 'string'
        ? data
        : data.includes('CANARY')
          ? Buffer.from(data.toString('latin1').replace('CANARY', origin), 'latin1')
          : data,
    );
  return socket;
}
