/**
 * The faults of the table on every endpoint besides chat, streamed and not, passed through and translated: a typed error in
 * the endpoint's own envelope, never an invented end, the deadline kept, and one row written.
 */
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { detailOf, TestGateway } from '../support/gateway.js';
import { chunkOf, RawUpstream, streamHead, wholeAnswer } from '../support/upstream.js';
import type { Answer } from '../support/http-client.js';
import { eventsText } from '../support/dialects.js';
import { faults, wholeText, words, type Fault, type FaultCase, type Outcome } from './faults.js';
import { frontDoors, type FrontDoor } from './front-doors.js';
import { onePieceDoors } from './one-piece-doors.js';

/** Room for a busy machine; what must be quick says so by itself. */
jest.setTimeout(60_000);

const hastyTimeoutS = 1;
const hastyStreamTimeoutS = 0.5;
const patientTimeoutS = 30;
/** Loose: what must not happen is that a deadline is missed by seconds, or a request hangs. */
const toleranceMs = 5_000;
const atOnce = 16;

/** Where the deployments of a door are: the last three are asked in vain. */
type Reach = 'patient' | 'hasty' | 'refused' | 'nowhere';

interface PlacedFault extends Omit<Fault, 'serve'> {
  readonly reach: Reach;
  readonly serve?: Fault['serve'];
}

/** What is on its way before the provider falls silent. */
function halfOf({ dialect, stream }: FaultCase): Buffer {
  if (!stream) return wholeAnswer(dialect.whole(wholeText)).subarray(0, -20);
  const events = eventsText([...dialect.opening, ...words.map((word) => dialect.content(word))]);
  return Buffer.concat([Buffer.from(streamHead), chunkOf(events)]);
}

const unreachable = { whole: 502, stream: 502, code: 'upstream_unreachable' } as const;
const late = { reach: 'hasty', whole: 408, code: 'upstream_timeout' } as const;

const placedFaults: readonly PlacedFault[] = [
  // A byte at a time is no different here from what it is for chat, and thousands of them take their time.
  ...faults
    .filter(({ name }) => name !== 'one byte at a time')
    .map((fault) => ({ ...fault, reach: 'patient' as const })),
  { name: 'a refused connection', reach: 'refused', ...unreachable },
  { name: 'a host name that does not resolve', reach: 'nowhere', ...unreachable },
  { name: 'silence', serve: () => undefined, stream: 408, ...late },
  {
    name: 'silence after the head',
    serve: ({ socket, stream }) => void socket.write(stream ? streamHead : wholeAnswer('12345').subarray(0, -5)),
    stream: 408,
    ...late,
  },
  {
    name: 'silence amid the answer',
    serve: (given) => void given.socket.write(halfOf(given)),
    stream: 'in band',
    ...late,
  },
  {
    name: 'comments for ever',
    serve: async (given) => {
      const { socket, stream } = given;
      socket.write(
        stream
          ? halfOf(given)
          : 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
      );
      while (!socket.destroyed) {
        socket.write(chunkOf(stream ? ': ping\n\n' : ' '));
        await wait(20);
      }
    },
    stream: 'in band',
    ...late,
  },
];

interface Case {
  readonly label: string;
  readonly door: FrontDoor;
  readonly fault: PlacedFault;
  readonly stream: boolean;
  readonly outcome: Exclude<Outcome, 'as its error event says'>;
  /** The provider's name of the model. */
  readonly model: string;
  /** The client's. */
  readonly group: string;
}

const cases: Case[] = [];
for (const door of [...frontDoors, ...onePieceDoors]) {
  for (const fault of placedFaults) {
    if (fault.only !== undefined && fault.only !== door.upstream.ends) continue;
    if (door.faults?.has(fault.name) === false) continue;
    for (const mode of door.modes) {
      const stream = mode === 'stream';
      const wanted = stream ? fault.stream : fault.whole;
      if (wanted === undefined) continue;
      const model = `${door.family ?? ''}case-${cases.length}-`;
      cases.push({
        label: `${door.name}, ${mode}: ${fault.name}`,
        door,
        fault,
        stream,
        outcome: wanted === 'as its error event says' ? door.upstream.errorEventStatus : wanted,
        model,
        group: `${door.name}-${fault.reach}/${model}`,
      });
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

describe('faults of a provider on every endpoint', () => {
  let gateway: TestGateway;
  let upstream: RawUpstream;
  const answers = new Map<Case, Answer>();

  function ask({ door, group, stream }: Case): Promise<Answer> {
    return gateway.send({
      method: 'POST',
      path: door.path(group, stream),
      headers: { 'content-type': door.contentType ?? 'application/json' },
      body: door.body(group, stream),
    });
  }

  /** All cases share one gateway, a few at a time: most of them do nothing but wait. */
  async function askAll(): Promise<void> {
    const waiting = [...cases];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) answers.set(next, await ask(next));
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }

  beforeAll(async () => {
    upstream = await RawUpstream.start(({ path, body }) => {
      const found = cases[Number(/case-(\d+)-/.exec(`${path} ${body}`)?.[1])];
      if (!found) return (socket) => void socket.end(wholeAnswer(`No case for ${path}`, '', '404 Not Found'));
      const { fault, door, stream } = found;
      return (socket) => fault.serve?.({ socket, dialect: door.upstream, stream });
    });
    const bases: Readonly<Record<Reach, string>> = {
      patient: upstream.origin,
      hasty: upstream.origin,
      refused: `http://127.0.0.1:${await freePort()}`,
      nowhere: 'http://provider.invalid',
    };
    const deployments = [...frontDoors, ...onePieceDoors].flatMap(({ name, provider, versioned }) =>
      (Object.keys(bases) as Reach[]).map((reach) => ({
        model_name: `${name}-${reach}/*`,
        litellm_params: {
          model: `${provider}/*`,
          api_base: `${bases[reach]}${versioned ? '/v1' : ''}`,
          api_key: 'k',
          timeout: reach === 'hasty' ? hastyTimeoutS : patientTimeoutS,
          stream_timeout: reach === 'hasty' ? hastyStreamTimeoutS : patientTimeoutS,
        },
      })),
    );
    gateway = await TestGateway.start({ models: deployments });
    await askAll();
  });

  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  it.each(cases)('$label: $outcome', async (given) => {
    const { door, fault, stream, outcome, group, model } = given;
    const answer = answers.get(given) as Answer;
    expect(answer.cut).toBe(false);
    const view = door.read(answer);
    if (outcome === 'answered') {
      expect(view).toEqual({ status: 200, text: wholeText, finishReason: 'stop', done: true, error: undefined });
    } else if (outcome === 'in band') {
      // What the provider itself has said before it broke off is passed on; nobody says it in its place.
      const finishReason = door.passesOn && fault.only === 'with a marker' ? 'stop' : null;
      expect(view).toMatchObject({ status: 200, text: wholeText, finishReason, done: false });
      expect(view.error).toBeDefined();
    } else {
      expect({ status: view.status, message: view.error?.message }).toMatchObject({ status: outcome });
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
    }
    if (fault.reach === 'hasty') {
      // On a busy machine comments may pause for as long as silence lasts.
      expect(answer.durationMs).toBeGreaterThan(1_000 * (stream ? hastyStreamTimeoutS : hastyTimeoutS) - 50);
      expect(answer.durationMs).toBeLessThan(1_000 * hastyTimeoutS + toleranceMs);
    }

    const rows = await gateway.rowsOf(group);
    expect(rows.map(({ status }) => status)).toEqual([outcome === 'answered' ? 'success' : 'failure']);
    const detail = rows.map(detailOf)[0];
    expect(detail?.attempts).toHaveLength(1);
    const code = stream ? fault.code : (fault.codeWhole ?? fault.code);
    if (code !== undefined) expect(detail?.errorCode).toBe(code);
    const sent = upstream.requests.filter(({ path, body }) => `${path} ${body}`.includes(model));
    expect(sent).toHaveLength(fault.serve ? 1 : 0);
  });

  it('left exactly one row for each request', async () => {
    expect(await gateway.countRows()).toBe(cases.length);
  });
});
