/** A model called by the gateway itself: one attempt, one row on the account that was named, however it ends. */
import type { CatalogService } from '../catalog/catalog.service.js';
import type { UpstreamConnections } from '../clients/upstream-connections.service.js';
import { plainRouterSettings } from '../config/router-settings.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { providerRegistry } from '../core/providers/registry.js';
import type { Deployment, ModelCall } from '../core/spec/index.js';
import { madeUpDeployment } from '../core/testing/deployments.js';
import { FakeClock } from '../core/testing/fake-clock.js';
import { FakeUpstream, type FakeExchange } from '../core/testing/fake-upstream.js';
import type { SpendIntent, SpendOutcome } from '../spend/spend-intent.js';
import type { SpendService } from '../spend/spend.service.js';
import { AdmissionService } from '../limits/admission.service.js';
import { ModelCallerService } from './model-caller.service.js';
import { RequestAccounts } from './request-accounts.service.js';

const account = { keyHash: 'hash', keyAlias: 'alias', userId: 'ada', teamId: 'team', tags: ['probe'] };
const json = { 'content-type': 'application/json', 'x-ratelimit-remaining-requests': '9' };
const vectors = JSON.stringify({
  object: 'list',
  data: [{ object: 'embedding', index: 0, embedding: [1] }],
  model: 'text-embedding-3-small',
  usage: { prompt_tokens: 1_000_000, total_tokens: 1_000_000 },
});

function world(answer: (exchange: FakeExchange) => void, journalFailure?: GatewayError) {
  const intents: SpendIntent[] = [];
  const outcomes: SpendOutcome[] = [];
  const upstream = new FakeUpstream(answer);
  const clock = new FakeClock();
  const spend = {
    newRequestId: () => 'own-id',
    begin(intent: SpendIntent) {
      if (journalFailure) return Promise.reject(journalFailure);
      intents.push(intent);
      return Promise.resolve({ settle: (outcome: SpendOutcome) => Promise.resolve(void outcomes.push(outcome)) });
    },
  };
  const catalog = { current: () => ({ router: plainRouterSettings, maxResponseBytes: 1_000_000 }) };
  const connections = { dispatcherFor: () => upstream.dispatcher, dispatcherTo: () => upstream.dispatcher };
  const caller = new ModelCallerService(
    catalog as unknown as CatalogService,
    connections as unknown as UpstreamConnections,
    new RequestAccounts(spend as unknown as SpendService, new AdmissionService([])),
    clock,
  );
  return { caller, intents, outcomes, upstream };
}

function embedder(given: Partial<Deployment> = {}): Deployment {
  const provider = providerRegistry.find('openai');
  if (!provider) throw new Error('There is no provider openai.');
  return madeUpDeployment({ provider, model: 'text-embedding-3-small', modelGroup: 'vectors', ...given });
}

const call = (given: Partial<ModelCall> = {}): ModelCall => ({
  mode: 'embedding',
  body: { input: ['test'] },
  deployment: embedder(),
  account,
  timeoutMs: 1_000,
  ...given,
});

it('gives the answer and its headers, and leaves one row on the account, with what it costs', async () => {
  const { caller, intents, outcomes, upstream } = world((exchange) => exchange.head(200, json).data(vectors).end());
  const answered = await caller.call(call({ parentRequestId: 'parent' }));
  expect([answered.requestId, answered.headers['x-ratelimit-remaining-requests']]).toEqual(['own-id', '9']);
  expect(JSON.parse(String(answered.answer))).toMatchObject({ data: [{ embedding: [1] }] });
  expect(intents).toEqual([
    expect.objectContaining({
      requestId: 'own-id',
      parentRequestId: 'parent',
      callType: 'aembedding',
      apiKeyHash: 'hash',
      keyAlias: 'alias',
      userId: 'ada',
      teamId: 'team',
      tags: ['probe'],
      modelGroup: 'vectors',
    }),
  ]);
  expect(outcomes).toEqual([expect.objectContaining({ status: 'success', spendNanos: 20_000_000n, stream: false })]);
  expect(upstream.exchanges).toHaveLength(1);
});

it('tries once, and the row says how it failed', async () => {
  const { caller, outcomes, upstream } = world((exchange) =>
    exchange.head(500, json).data('{"error":{"message":"No."}}').end(),
  );
  await expect(caller.call(call())).rejects.toThrow(expect.objectContaining({ code: 'upstream_internal' }));
  expect(outcomes).toEqual([
    expect.objectContaining({ status: 'failure', errorCode: 'upstream_internal', spendNanos: 0n }),
  ]);
  expect(upstream.exchanges).toHaveLength(1);
});

it('asks nobody where the journal takes nothing', async () => {
  const { caller, upstream } = world(() => undefined, new GatewayError('journal_unavailable'));
  await expect(caller.call(call())).rejects.toThrow(expect.objectContaining({ code: 'journal_unavailable' }));
  expect(upstream.exchanges).toEqual([]);
});

it('leaves no row of what cannot be asked', async () => {
  const { caller, intents } = world(() => undefined);
  await expect(caller.call(call({ mode: 'rerank', body: { query: 'a', documents: ['b'] } }))).rejects.toThrow('rerank');
  await expect(caller.call(call({ body: {} }))).rejects.toThrow('input');
  expect(intents).toEqual([]);
});

it('waits no longer than it is told to', async () => {
  const { caller, outcomes } = world(() => undefined);
  await expect(caller.call(call({ timeoutMs: 20 }))).rejects.toThrow(
    expect.objectContaining({ code: 'upstream_timeout' }),
  );
  expect(outcomes).toHaveLength(1);
});

it('ends when it is told to, and settles', async () => {
  const { caller, intents, outcomes, upstream } = world(() => undefined);
  const shutdown = new AbortController();
  const ended = expect(caller.call(call({ signal: shutdown.signal, timeoutMs: 60_000 }))).rejects.toThrow(
    expect.objectContaining({ code: 'shutting_down' }),
  );
  while (upstream.exchanges.length === 0) await new Promise(setImmediate);
  shutdown.abort();
  await ended;
  expect(outcomes).toEqual([expect.objectContaining({ status: 'failure', errorCode: 'shutting_down' })]);
  await expect(caller.call(call({ signal: shutdown.signal }))).rejects.toThrow('shutting down');
  expect(intents).toHaveLength(1);
});

it('uploads a file for models that listen', async () => {
  const { caller, upstream } = world((exchange) => exchange.head(200, json).data('{"text":"Hi"}').end());
  const file = { name: 'a.wav', contentType: 'audio/wav', bytes: Buffer.from('RIFF') };
  await caller.call(
    call({ mode: 'audio_transcription', body: { file }, deployment: embedder({ model: 'whisper-1' }) }),
  );
  expect(upstream.last.request.path).toBe('/v1/audio/transcriptions');
});
