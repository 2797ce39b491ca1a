/** Budgets over HTTP: who is refused and how, what passes, and that nothing stays reserved however requests end. */
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { keyHash } from '../../../src/auth/key-hash.js';
import { limitsTopic } from '../../../src/database/change-topics.js';
import { ChangeFeedRepository } from '../../../src/database/change-feed.repository.js';
import { DatabaseService } from '../../../src/database/database.service.js';
import { BudgetEvents, type BudgetCrossed } from '../../../src/limits/budgets/budget-events.js';
import { BudgetAccounts } from '../../../src/limits/budgets/budget-accounts.js';
import { LimitDefinitions } from '../../../src/limits/definitions/limit-definitions.service.js';
import { mainAccount, ownerOf, type Owner } from '../../../src/limits/definitions/owner.js';
import type { LimitPatch } from '../../../src/limits/definitions/owner-limits.js';
import { CountingUpstream } from '../kill/counting-upstream.js';
import { eventually } from '../support/eventually.js';
import { TestGateway, type ModelConfig } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';

/** 10 and 4 tokens. */
const cost = 18_000n;
/** Estimated at some 28,000: by its bytes, and 4 tokens at most. */
const ask = { model: 'cheap', max_tokens: 4, messages: [{ role: 'user', content: 'Hi' }] };
const prices = { input_cost_per_token: 0.000001, output_cost_per_token: 0.000002 };

jest.setTimeout(60_000 + Number(process.env['TOLLGATE_MIXED_REQUESTS'] ?? 0) * 20);

let delayMs = 0;
const upstream = new CountingUpstream({ delayMs: () => delayMs, chunkMs: () => 2 });
let gateway: TestGateway;
let base: string;

beforeAll(async () => {
  base = await upstream.listen();
  const model = (name: string, more: object = {}): ModelConfig => ({
    model_name: name,
    litellm_params: { model: 'openai/counted', api_base: base, api_key: 'sk-up', ...prices, ...more },
  });
  gateway = await TestGateway.start({
    models: [
      model('cheap'),
      model('other'),
      model('free', { input_cost_per_token: 0, output_cost_per_token: 0 }),
      { ...model('pair', { max_budget: 0.000054 }), model_info: { id: 'small' } },
      { ...model('pair'), model_info: { id: 'large' } },
      { ...model('alone', { max_budget: 0.000054 }), model_info: { id: 'lonely' } },
      model('shaky'),
      model('shaky', { api_base: 'http://127.0.0.1:1/v1' }),
      model('gone', { api_base: 'http://127.0.0.1:1/v1' }),
    ],
    // Drawn without regard to how soon each answers: of forty requests both get some.
    router: { routing_strategy: 'simple-shuffle' },
    litellm: { cache: true, cache_params: { type: 'local', mode: 'default_off' } },
    sections: { guardrails: [blocking('forbidden', 'pre_call'), blocking('three', 'post_call')] },
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});
beforeEach(() => {
  delayMs = 0;
});

/** By the name of the word that it refuses. */
function blocking(word: string, mode: string): object {
  const words = [{ keyword: word, action: 'BLOCK' }];
  return { guardrail_name: word, litellm_params: { guardrail: 'content_filter', mode, blocked_words: words } };
}

async function define(owner: Owner, patch: LimitPatch): Promise<void> {
  const feed = gateway.app.get(ChangeFeedRepository);
  await gateway.app.get(DatabaseService).transaction(async (tx) => {
    await gateway.app.get(LimitDefinitions).write(tx, owner, patch);
    await feed.append(tx, limitsTopic, owner);
  });
}

async function newOrganization(): Promise<string> {
  const body = JSON.stringify({ organization_alias: `organization-${Math.random()}`, models: [] });
  const headers = { 'content-type': 'application/json' };
  const { json } = await gateway.send({ method: 'POST', path: '/organization/new', headers, body });
  return (json as { organization_id: string }).organization_id;
}

async function keyWith(
  patch: LimitPatch,
  fields: object = {},
): Promise<{ headers: Record<string, string>; owner: Owner }> {
  const key = await gateway.makeKey({ key_alias: `alias-${Math.random()}`, ...fields });
  const owner = ownerOf('key', keyHash(key));
  await define(owner, patch);
  return { headers: { authorization: `Bearer ${key}` }, owner };
}

async function moneyOf(owner: Owner): Promise<{ spent: bigint; committed: bigint } | undefined> {
  const row = await gateway.app
    .get(DatabaseService)
    .run((client) => client.budgetAccount.findUnique({ where: { id: mainAccount(owner) } }));
  return row ? { spent: row.spentNanos, committed: row.committedNanos } : undefined;
}

/** What was leased ahead goes back after some seconds without requests, and here at once. */
async function nothingReserved(owner: Owner): Promise<void> {
  for (const account of gateway.app.get(BudgetAccounts).all.values()) account.returnUnused(true);
  await eventually('nothing is reserved', async () => {
    const money = await moneyOf(owner);
    return money !== undefined && money.spent > 0n && money.spent === money.committed;
  });
}

/** A client that goes away after so long, whatever it has got. */
function leave(body: object, headers: Record<string, string>, afterMs: number): Promise<void> {
  return new Promise((resolve) => {
    const path = '/v1/chat/completions';
    const outgoing = request({ host: '127.0.0.1', port: gateway.port, method: 'POST', path, agent: false, headers: { ...headers, 'content-type': 'application/json' } }, (answer) => answer.resume()); // prettier-ignore
    outgoing.on('error', () => undefined);
    outgoing.on('close', resolve);
    outgoing.end(JSON.stringify(body));
    setTimeout(() => outgoing.destroy(), afterMs);
  });
}

const errorOf = (answer: Answer): { message: string; type: string; code: string } =>
  (answer.json as { error: { message: string; type: string; code: string } }).error;

test('a budget that is spent refuses with 422 and says who has spent what', async () => {
  const { headers, owner } = await keyWith({ maxNanos: 3n * cost });
  expect((await gateway.chat(ask, headers)).status).toBe(200);
  const second = await gateway.chat(ask, headers);
  expect([second.status, second.headers['x-litellm-key-max-budget']]).toEqual([200, '0.000054']);
  expect(Number(second.headers['x-litellm-key-spend'])).toBeGreaterThan(0);
  const calls = upstream.calls.get('Hi');
  const refused = await gateway.chat(ask, headers);
  expect(refused.status).toBe(422);
  expect(errorOf(refused)).toMatchObject({ type: 'budget_exceeded', code: '422' });
  expect(errorOf(refused).message).toMatch(
    /^Budget has been exceeded! Key=alias-\S+ Current cost: 0.000036, Max budget: 0.000054$/,
  );
  expect(upstream.calls.get('Hi')).toBe(calls);
  await gateway.allCarried();
  await nothingReserved(owner);
  expect(await moneyOf(owner)).toEqual({ spent: 2n * cost, committed: 2n * cost });
});

test("a user reads the contract's text, and so does a customer", async () => {
  const userId = `user-${Math.random()}`;
  await define(ownerOf('user', userId), { maxNanos: 0n });
  const { headers } = await keyWith({}, { user_id: userId });
  expect(errorOf(await gateway.chat(ask, headers)).message).toBe(
    `ExceededBudget: User=${userId} over budget. Spend=0, Budget=0`,
  );
  await define(ownerOf('customer', userId), { maxNanos: 0n });
  expect(errorOf(await gateway.chat({ ...ask, user: userId })).message).toBe(
    `ExceededBudget: End User=${userId} over budget. Spend=0, Budget=0`,
  );
});

test("a user's budget does not hold for the keys of a team", async () => {
  const userId = `user-${Math.random()}`;
  await define(ownerOf('user', userId), { maxNanos: 0n });
  const { headers } = await keyWith({}, { user_id: userId, team_id: 'team-u' });
  expect((await gateway.chat(ask, headers)).status).toBe(200);
});

test('what costs nothing passes a team at its limit and no key at its limit', async () => {
  const team = `team-${Math.random()}`;
  await define(ownerOf('team', team), { maxNanos: 0n });
  const { headers } = await keyWith({}, { team_id: team });
  expect((await gateway.chat({ ...ask, model: 'free' }, headers)).status).toBe(200);
  const key = await keyWith({ maxNanos: 0n });
  expect((await gateway.chat({ ...ask, model: 'free' }, key.headers)).status).toBe(422);
});

test("a guess of the answer's length alone refuses nobody", async () => {
  const { headers } = await keyWith({ maxNanos: 100n * cost });
  const { max_tokens: _, ...open } = ask;
  // 1,000 tokens that are reserved by default would cost more than is left.
  expect((await gateway.chat(open, headers)).status).toBe(200);
  expect((await gateway.chat({ ...ask, max_tokens: 1_000_000 }, headers)).status).toBe(422);
});

test('what only waits for requests that run gets 429, and passes when they have ended', async () => {
  const { headers } = await keyWith({ maxNanos: 100_000n });
  delayMs = 300;
  // 80,000 are reserved, and 18,000 spent in the end.
  const running = gateway.chat({ ...ask, max_tokens: 35 }, headers);
  await pause(150);
  const waits = await gateway.chat({ ...ask, max_tokens: 20 }, headers);
  expect([waits.status, waits.headers['retry-after']]).toEqual([429, '1']);
  expect(errorOf(waits).type).toBe('budget_reserved');
  expect((await running).status).toBe(200);
  expect((await gateway.chat({ ...ask, max_tokens: 20 }, headers)).status).toBe(200);
});

test('a model over its own budget falls to what the key names instead', async () => {
  const { headers } = await keyWith({
    modelBudgets: { cheap: { maxNanos: 30_000n, duration: null } },
    budgetFallbacks: { cheap: ['other'] },
  });
  expect((await gateway.chat({ ...ask, max_tokens: 2 }, headers)).headers['x-litellm-model-group']).toBe('cheap');
  const next = await gateway.chat(ask, headers);
  expect([next.status, next.headers['x-litellm-model-group']]).toEqual([200, 'other']);
});

test('a deployment over its budget leaves its requests to another, and to nobody where there is none', async () => {
  const asked: string[] = [];
  for (let n = 0; n < 40; n += 1) {
    const { status, headers } = await gateway.chat({ ...ask, model: 'pair' });
    asked.push(`${status} ${String(headers['x-litellm-model-id'])}`);
  }
  expect(asked.filter((one) => one === '200 small')).toHaveLength(2);
  expect(asked.filter((one) => one === '200 large')).toHaveLength(38);
  const ends = [];
  for (let n = 0; n < 3; n += 1) ends.push(await gateway.chat({ ...ask, model: 'alone' }));
  expect(ends.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(errorOf(ends[2] as Answer).message).toBe('No deployments available - crossed budget. Passed model=alone');
});

test('a change of a limit holds at once, and lets pass again', async () => {
  const { headers, owner } = await keyWith({ maxNanos: 0n });
  expect((await gateway.chat(ask, headers)).status).toBe(422);
  await define(owner, { maxNanos: 10n * cost });
  await eventually('it passes', async () => (await gateway.chat(ask, headers)).status === 200);
  await define(owner, { maxNanos: 0n });
  await eventually('it is refused', async () => (await gateway.chat(ask, headers)).status === 422);
});

test('crossing a soft budget is told once, and refuses nobody', async () => {
  const told: BudgetCrossed[] = [];
  const end = gateway.app.get(BudgetEvents).subscribe((crossed) => told.push(crossed));
  const { headers, owner } = await keyWith({ softNanos: cost });
  for (let n = 0; n < 3; n += 1) expect((await gateway.chat(ask, headers)).status).toBe(200);
  end();
  const own = told.filter((each) => each.owner === owner);
  expect(own).toMatchObject([{ kind: 'soft_budget', limitNanos: cost, accountId: owner }]);
});

test('after many requests that end in every way nothing is reserved, and all sums are the same', async () => {
  delayMs = 5;
  const userId = `user-${Math.random()}`;
  const team = `team-${Math.random()}`;
  const many = Number(process.env['TOLLGATE_MIXED_REQUESTS'] ?? 200);
  const limit = { maxNanos: 10_000n * cost * BigInt(many) };
  await define(ownerOf('user', userId), limit);
  await define(ownerOf('team', team), limit);
  const organization = await newOrganization();
  await define(ownerOf('organization', organization), limit);
  const owners = { user_id: userId, team_id: team, organization_id: organization };
  const { headers, owner } = await keyWith(limit, owners);
  const seen = { hits: 0, retries: 0, refusedBefore: 0, refusedAfter: 0, failures: 0, left: 0 };
  const asks: ((n: number) => object)[] = [
    () => ({ max_tokens: undefined }),
    () => ({ model: 'none' }),
    (n) => ({ cache: { 'use-cache': true }, messages: [{ role: 'user', content: `one of ten: ${n % 10}` }] }),
    () => ({ guardrails: ['forbidden'], messages: [{ role: 'user', content: 'forbidden' }] }),
    () => ({ guardrails: ['three'] }),
    () => ({ model: 'shaky', num_retries: 3 }),
    () => ({ model: 'gone' }),
    () => ({}),
  ];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let n = next++; n < many; n = next++) {
      const body = { ...ask, stream: n % 3 === 0, ...asks[n % asks.length]?.(n) };
      if (n % 7 === 0) {
        seen.left += 1;
        await leave(body, headers, 1 + (n % 20));
        continue;
      }
      const { status, text, headers: told } = await gateway.chat(body, headers);
      if (told['x-litellm-cache-hit'] === 'True') seen.hits += 1;
      if (told['x-litellm-attempted-retries'] !== undefined) seen.retries += 1;
      if (text.includes('The guardrail forbidden')) seen.refusedBefore += 1;
      if (text.includes('The guardrail three')) seen.refusedAfter += 1;
      if (status >= 500) seen.failures += 1;
    }
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  expect(Object.entries(seen).filter(([, count]) => count === 0)).toEqual([]);
  await gateway.allCarried();
  await nothingReserved(owner);
  const rows = await gateway.app
    .get(DatabaseService)
    .run((client) => client.spendLog.aggregate({ where: { teamId: team }, _sum: { spendNanos: true }, _count: true }));
  expect(rows._count).toBeGreaterThan(many / 2);
  const spent = rows._sum.spendNanos;
  expect(await moneyOf(owner)).toEqual({ spent, committed: spent });
  expect(await moneyOf(ownerOf('team', team))).toEqual({ spent, committed: spent });
  expect(await moneyOf(ownerOf('organization', organization))).toEqual({ spent, committed: spent });
  expect((await moneyOf(ownerOf('user', userId)))?.spent).toBe(spent);
});
