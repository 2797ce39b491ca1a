/** Guarded streams over the wire: a client that leaves or is slow, a provider that breaks off, a guardrail that is slow, away or without end. */
import { request } from 'node:http';
import {
  activeGuardrail,
  bannedForms,
  longestForm,
  mask,
  WordGuardrail,
} from '../../../src/guardrails/testing/banned-words.js';
import { eventually } from '../support/eventually.js';
import { detailOf, masterKey } from '../support/gateway.js';
import { GuardedGateway, surfaces } from './guarded-gateway.js';

let world: GuardedGateway;

beforeAll(async () => {
  world = await GuardedGateway.start();
}, 40_000);

afterAll(() => world.stop(), 30_000);

const [chat] = surfaces;
if (!chat) throw new Error('no surface');
const talk = (
  pieces: readonly string[],
  guardrail: WordGuardrail,
  more: Parameters<typeof activeGuardrail>[2] = {},
) => {
  world.reset(activeGuardrail(guardrail, ['post_call'], more));
  world.provider.pieces = pieces;
  return world.ask(chat, 'Say it!', true);
};

/** Long enough for some of it to be out before what follows is known. */
const beginning = 'A beginning that anybody may hear and that is long enough to be on its way '.match(/\S+\s/g) ?? [];

const streamed = surfaces.filter(({ streams, isForm }) => streams && !isForm);

describe.each(streamed)('$name', (row) => {
  it.each(bannedForms)('masks %s, split at every position', async (form) => {
    world.reset(activeGuardrail(new WordGuardrail(), ['post_call']));
    const characters = [...form];
    for (let at = 1; at < characters.length; at += 1) {
      world.provider.pieces = ['It is ', characters.slice(0, at).join(''), characters.slice(at).join(''), ' to say.'];
      const answer = await world.ask(row, 'Say it!', true);
      expect(row.read(answer, true)).toEqual([`It is ${mask} to say.`]);
    }
  });

  it('a refusal in the middle ends the stream with an error in the dialect, and closes the provider’s connection', async () => {
    world.reset(activeGuardrail(new WordGuardrail('block'), ['post_call']));
    world.provider.pieces = [...beginning, 'for', 'bidden', ...Array<string>(200).fill(' and more')];
    const before = world.provider.closed;
    world.provider.beforeEvent = (at) =>
      at > 20 ? new Promise((resolve) => setTimeout(resolve, 5)) : Promise.resolve();
    const answer = await world.ask(row, 'Say it!', true);
    expect([answer.status, answer.headers['x-litellm-applied-guardrails']]).toEqual([200, 'words']);
    expect(answer.text).toContain('hear ');
    expect(answer.text).not.toContain('bidden');
    expect(answer.text.trimEnd().split('\n').at(-1)).toContain('refused the request');
    expect(answer.text).not.toMatch(/\[DONE\]|message_stop|response\.completed/);
    await eventually('the provider is left', () => world.provider.closed > before);
    const rows = await world.gateway.rowsOf(row.model);
    const last = rows.find(({ requestId }) => requestId === answer.headers['x-litellm-call-id']);
    expect(last && [last.status, detailOf(last).errorCode, last.spendNanos > 0n]).toEqual([
      'failure',
      'guardrail_blocked',
      true,
    ]);
  });
});

it('a provider that breaks off while text is held back: what was held is looked at and told, and then the error', async () => {
  world.reset(activeGuardrail(new WordGuardrail(), ['post_call']));
  world.provider.pieces = [...beginning, 'It is ', 'forbidden', ' and so', ' on'];
  // The first one tells the role.
  world.provider.cutAfterEvents = beginning.length + 4;
  const answer = await world.ask(chat, 'Say it!', true);
  expect(chat.read({ ...answer, text: answer.text.split('data: {"error"')[0] ?? '' }, true)).toEqual([
    `${beginning.join('')}It is ${mask} and so`,
  ]);
  expect(answer.text).toContain('{"error":');
  expect(answer.text).not.toContain('[DONE]');
});

it('a provider that breaks off before anything is out has a status of its own', async () => {
  world.reset(activeGuardrail(new WordGuardrail(), ['post_call']));
  world.provider.pieces = ['It is forb'];
  world.provider.cutAfterEvents = 2;
  const answer = await world.ask(chat, 'Say it!', true);
  expect(answer.status).toBeGreaterThanOrEqual(500);
  expect(answer.text).not.toContain('It is');
});

it('a client that leaves while its answer is held back closes the provider’s connection, and is charged for what had come', async () => {
  const guardrail = new WordGuardrail('mask', { by: 'answer' });
  world.reset(activeGuardrail(guardrail, ['post_call']));
  world.provider.pieces = Array<string>(500).fill('more ');
  world.provider.beforeEvent = () => new Promise((resolve) => setTimeout(resolve, 5));
  const before = world.provider.closed;
  const { port } = world.gateway;
  const body = JSON.stringify(chat.body('Say it!', true, 1));
  const headers = {
    authorization: `Bearer ${masterKey}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const client = request({
    host: '127.0.0.1',
    port,
    method: 'POST',
    path: '/v1/chat/completions',
    headers,
    agent: false,
  });
  client.on('error', () => undefined);
  client.end(body);
  await eventually('the provider answers', () => world.provider.sent.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  client.destroy();
  await eventually('the provider is left', () => world.provider.closed > before, 2_000);
  const rows = await world.gateway.rowsOf('chat');
  const last = rows.sort((left, right) => (left.requestId < right.requestId ? 1 : -1))[0];
  expect(last && [detailOf(last).errorCode, last.spendNanos > 0n]).toEqual(['client_closed', true]);
  expect(guardrail.seen).toEqual([]);
});

it('a slow guardrail sees pieces in their order, and the provider waits for it', async () => {
  const guardrail = new WordGuardrail('mask', { by: 'segment', chars: 60 });
  let running = 0;
  let most = 0;
  guardrail.delay = async () => {
    most = Math.max(most, (running += 1));
    await new Promise((resolve) => setTimeout(resolve, 3));
    running -= 1;
  };
  const text = Array.from({ length: 60 }, (_, at) => `${at} words and ${at % 7 === 0 ? 'forbidden ' : ''}more, `);
  const answer = await talk(text, guardrail);
  expect(chat.read(answer, true)).toEqual([text.join('').replaceAll('forbidden', mask)]);
  expect(most).toBe(1);
  expect(guardrail.seen.length).toBeGreaterThan(3);
});

describe('a guardrail that is away', () => {
  const away = (stream?: ConstructorParameters<typeof WordGuardrail>[1]): WordGuardrail => {
    const guardrail = new WordGuardrail('mask', stream);
    guardrail.failure = new Error('away: forbidden');
    return guardrail;
  };

  it.each(['pre_call', 'during_call', 'post_call'] as const)(
    '%s: fails closed by default, and row and header say so',
    async (mode) => {
      world.reset(activeGuardrail(away(), [mode]));
      const answer = await world.ask(chat, 'Say it!', false);
      expect([
        answer.status,
        answer.headers['x-litellm-failed-guardrails'],
        answer.headers['x-litellm-applied-guardrails'],
      ]).toEqual([503, 'words', undefined]);
      expect(answer.text).toContain('The guardrail words could not look at the request');
      const rows = await world.gateway.rowsOf('chat');
      const row = rows.find(({ requestId }) => requestId === answer.headers['x-litellm-call-id']);
      expect(row && detailOf(row)).toMatchObject({
        errorCode: 'guardrail_unavailable',
        guardrails: [{ name: 'words', mode, action: 'failed_closed' }],
      });
    },
  );

  it.each(['pre_call', 'during_call', 'post_call'] as const)(
    '%s: fails open where it may, and row and header say so',
    async (mode) => {
      for (const stream of [false, true]) {
        world.reset(activeGuardrail(away(), [mode], { failure: 'open' }));
        const answer = await world.ask(chat, 'Say it!', stream);
        expect(chat.read(answer, stream)).toEqual(['Hello']);
        // Nothing is told of a stream's guardrails that look after its head was sent.
        expect([
          answer.status,
          answer.headers['x-litellm-failed-guardrails'],
          answer.headers['x-litellm-applied-guardrails'],
        ]).toEqual([200, 'words', undefined]);
        const rows = await world.gateway.rowsOf('chat');
        const row = rows.find(({ requestId }) => requestId === answer.headers['x-litellm-call-id']);
        expect(row && detailOf(row)).toMatchObject({ guardrails: [{ name: 'words', mode, action: 'failed_open' }] });
      }
    },
  );

  it('is waited for once in a stream, and not at each piece', async () => {
    const guardrail = new WordGuardrail('mask', { by: 'segment', chars: 10 });
    guardrail.delay = () => new Promise(() => undefined);
    const answer = await talk(Array<string>(30).fill('some more of it '), guardrail, {
      failure: 'open',
      timeoutMs: 50,
    });
    expect(chat.read(answer, true)).toEqual(['some more of it '.repeat(30)]);
    expect(guardrail.seen).toHaveLength(1);
  });

  it('that gives no verdict in its time has failed', async () => {
    const guardrail = new WordGuardrail();
    guardrail.delay = () => new Promise(() => undefined);
    world.reset(activeGuardrail(guardrail, ['pre_call'], { timeoutMs: 30 }));
    const answer = await world.ask(chat, 'Say it!', false);
    expect([answer.status, world.provider.sent.length]).toEqual([503, 0]);
  });
});

it('what a Responses client can read again is what it was told: masked once, masked for good', async () => {
  const row = surfaces.find(({ name }) => name === 'responses');
  if (!row) throw new Error('no surface');
  for (const stream of [false, true]) {
    world.reset(activeGuardrail(new WordGuardrail(), ['pre_call', 'post_call']));
    world.provider.pieces = ['It is for', 'bidden to say.'];
    const answer = await world.ask(row, 'Say forbidden!', stream);
    expect(row.read(answer, stream)).toEqual([`It is ${mask} to say.`]);
    const id = /"id":"(resp_[^"]+)"/.exec(answer.text)?.[1] ?? '';
    const kept = await world.gateway.send({ method: 'GET', path: `/v1/responses/${id}` });
    expect([kept.status, row.read(kept, false)]).toEqual([200, [`It is ${mask} to say.`]]);
    const input = await world.gateway.send({ method: 'GET', path: `/v1/responses/${id}/input_items` });
    expect(input.text).toContain(`Say ${mask}!`);
    expect(input.text).not.toContain('forbidden');
  }
});

it('a refused Responses stream does not tell in its last event what it was refused for', async () => {
  const row = surfaces.find(({ name }) => name === 'responses');
  if (!row) throw new Error('no surface');
  world.reset(activeGuardrail(new WordGuardrail('block', { by: 'window', holdBackChars: longestForm }), ['post_call']));
  world.provider.pieces = [...beginning, 'It is forbidden', ' to say.'];
  const answer = await world.ask(row, 'Say it!', true);
  expect(answer.text).not.toContain('forbidden');
  expect(answer.text.trimEnd().split('\n').at(-1)).toContain('"type":"error"');
});
