/** Which guardrails look at a request: those for all, those that it asks for, those of its tags; and where a verdict sends it. */
import { activeGuardrail, mask, WordGuardrail } from '../../../src/guardrails/testing/banned-words.js';
import { GuardedGateway, surfaces } from './guarded-gateway.js';

let world: GuardedGateway;

beforeAll(async () => {
  world = await GuardedGateway.start();
}, 40_000);

afterAll(() => world.stop(), 30_000);

const [chat] = surfaces;
if (!chat) throw new Error('no surface');
const applied = 'x-litellm-applied-guardrails';
const ask = (more: Record<string, unknown> = {}) => world.ask(chat, 'Say forbidden!', false, 1, more);
const sentText = (): string => world.provider.sent.map(({ body }) => body).join();

it('one that is not for all looks where a request asks for it, with what the request adds', async () => {
  const guardrail = new WordGuardrail();
  world.reset(activeGuardrail(guardrail, ['pre_call'], { isDefault: false }));
  expect((await ask()).headers[applied]).toBeUndefined();
  expect(guardrail.seen).toEqual([]);
  const contexts: unknown[] = [];
  const check = guardrail.check.bind(guardrail);
  guardrail.check = (content, ...rest: unknown[]) => (contexts.push(rest[0]), check(content));
  const answer = await ask({ guardrails: [{ words: { extra_body: { level: 3 } } }] });
  expect([answer.status, answer.headers[applied]]).toEqual([200, 'words']);
  expect(contexts).toEqual([
    expect.objectContaining({ model: 'chat', callType: 'acompletion', extraBody: { level: 3 } }),
  ]);
  // What was meant for the gateway is not the provider's business.
  expect(sentText()).not.toContain('guardrails');
});

it.each([
  ['one that there is not', { guardrails: ['none'] }, 'There is no guardrail none'],
  ['something else than a list', { guardrails: 'words' }, '`guardrails` must be a list'],
  [
    'taking those away that are for all',
    { disable_global_guardrails: true },
    'a request can add guardrails, and take none away',
  ],
])('a request that asks for %s is a 400 that says what to do', async (_what, more, text) => {
  world.reset(activeGuardrail(new WordGuardrail(), ['pre_call']));
  const answer = await ask(more);
  expect([answer.status, world.provider.sent.length]).toEqual([400, 0]);
  expect(answer.text).toContain(text);
});

it('they look in their order, each at what the one before has left', async () => {
  const later = new WordGuardrail();
  world.reset(
    activeGuardrail(later, ['pre_call'], { name: 'later', order: 2 }),
    activeGuardrail(new WordGuardrail(), ['pre_call'], { name: 'sooner', order: 1 }),
  );
  const answer = await ask();
  expect(answer.headers[applied]).toBe('sooner,later');
  expect(later.seen[0]?.texts.map(({ text }) => text)).toEqual([`Say ${mask}!`]);
});

it('several of one name share the work', async () => {
  const both = [new WordGuardrail(), new WordGuardrail()];
  world.reset(...both.map((each) => activeGuardrail(each, ['pre_call'])));
  for (let time = 0; time < 30; time += 1) await ask();
  const [first = 0, second = 0] = both.map(({ seen }) => seen.length);
  expect([first + second, first > 0, second > 0]).toEqual([30, true, true]);
});

it('a tag has modes of its own', async () => {
  world.reset(
    activeGuardrail(new WordGuardrail(), ['post_call'], { tagModes: new Map([['careful', ['pre_call' as const]]]) }),
  );
  await ask();
  expect(sentText()).toContain('forbidden');
  world.provider.sent.length = 0;
  await ask({ metadata: { tags: ['careful'] } });
  expect(sentText()).not.toContain('forbidden');
});

it('a request may be sent to another model, where its key may use that one', async () => {
  const guardrail = new WordGuardrail({ route: 'other' });
  world.reset(activeGuardrail(guardrail, ['pre_call']));
  const answer = await ask();
  expect([answer.status, answer.headers['x-litellm-model-group']]).toEqual([200, 'other']);
  const key = await world.gateway.makeKey({ models: ['chat'] });
  const denied = await world.gateway.chat(
    { model: 'chat', messages: [{ role: 'user', content: 'Say forbidden!' }] },
    { authorization: `Bearer ${key}` },
  );
  expect([denied.status, world.provider.sent.length]).toEqual([403, 1]);
});

it('texts that a request brings for its fallbacks are looked at too', async () => {
  world.reset(activeGuardrail(new WordGuardrail(), ['pre_call']));
  const fallbacks = [{ model: 'other', messages: [{ role: 'user', content: 'Still forbidden' }] }];
  await ask({ fallbacks, mock_testing_fallbacks: true });
  expect(sentText()).toContain(`Still ${mask}`);
  expect(sentText()).not.toContain('forbidden');
});

it.each([
  [
    'a member that stands twice',
    '/v1/chat/completions',
    '{"model":"chat","messages":[{"role":"user","content":"forbidden","content":"fine"}]}',
    'stands twice',
  ],
  ['numbers of tokens', '/v1/embeddings', '{"model":"vectors","input":[[1,2,3]]}', 'reads text only'],
])('what a guardrail cannot read as the model would is not served: %s', async (_what, path, body, text) => {
  world.reset(activeGuardrail(new WordGuardrail(), ['pre_call']));
  const answer = await world.gateway.send({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect([answer.status, world.provider.sent.length]).toEqual([400, 0]);
  expect(answer.text).toContain(text);
});

it('a number that no double holds goes on as it came, beside what was masked', async () => {
  world.reset(activeGuardrail(new WordGuardrail(), ['pre_call']));
  const body = '{"model":"chat","seed":12345678901234567890,"messages":[{"role":"user","content":"forbidden"}]}';
  await world.gateway.send({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(sentText()).toContain('12345678901234567890');
  expect(sentText()).toContain(mask);
});

it('a message of the operator’s own stands in place of the usual one', async () => {
  const messageTemplate = '{guardrail_name} says: {reason} Write to security@example.test.';
  world.reset(activeGuardrail(new WordGuardrail('block'), ['pre_call'], { messageTemplate }));
  expect((await ask()).text).toContain(
    'words says: It speaks of what may not be spoken of. Write to security@example.test.',
  );
});

describe('POST /guardrails/apply_guardrail', () => {
  const apply = (body: Record<string, unknown>) => world.post('/guardrails/apply_guardrail', body);

  it('has one guardrail look at one text, for which no model is asked', async () => {
    const guardrail = new WordGuardrail();
    world.reset(activeGuardrail(guardrail, ['post_call'], { isDefault: false }));
    const messages = [{ role: 'user', content: 'before' }];
    const answer = await apply({ guardrail_name: 'words', text: 'Say forbidden!', messages, input_type: 'response' });
    expect([answer.status, answer.json, world.provider.sent.length]).toEqual([
      200,
      { response_text: `Say ${mask}!` },
      0,
    ]);
    expect(guardrail.seen[0]).toMatchObject({
      direction: 'answer',
      texts: [{ text: 'before' }, { text: 'Say forbidden!' }],
    });
  });

  it('refuses what the guardrail refuses, and a guardrail that there is not', async () => {
    world.reset(activeGuardrail(new WordGuardrail('block'), ['pre_call']));
    const refused = await apply({ guardrail_name: 'words', text: 'Say forbidden!' });
    expect([refused.status, refused.text.includes('The guardrail words refused the request')]).toEqual([400, true]);
    const unknown = await apply({ guardrail_name: 'none', text: 'Hi' });
    expect([unknown.status, unknown.text.includes('There is no guardrail none')]).toEqual([400, true]);
    expect((await apply({ guardrail_name: 'words' })).status).toBe(400);
  });
});

it('without a guardrail nothing is looked at, and no header speaks of any', async () => {
  world.reset();
  const answer = await ask();
  expect([answer.status, answer.headers[applied]]).toEqual([200, undefined]);
  expect(sentText()).toContain('forbidden');
});
