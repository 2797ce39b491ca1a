/** Checks: so many at once and no more, one for all who ask at the same time, and an end at shutdown. */
import { Logger } from '@nestjs/common';
import type { SettingsService } from '../config/settings.service.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Deployment, ModelAnswer, ModelCall } from '../core/spec/index.js';
import { madeUpDeployment } from '../core/testing/deployments.js';
import { accountOf, HealthChecksService, serviceAccount } from './health-checks.service.js';

interface Asked {
  readonly call: ModelCall;
  readonly answer: (headers?: ModelAnswer['headers']) => void;
  readonly fail: (error: unknown) => void;
}

function world(mostAtOnce = 10) {
  const asked: Asked[] = [];
  const models = {
    call: (call: ModelCall) =>
      new Promise<ModelAnswer>((resolve, reject) => {
        const answer: Asked['answer'] = (headers = {}) => resolve({ requestId: 'r', answer: '', headers });
        asked.push({ call, answer, fail: reject });
      }),
  };
  const settings = { general: { healthChecks: { mostAtOnce } } } as unknown as SettingsService;
  return { asked, checks: new HealthChecksService(models, settings) };
}

const model = (id: string): Deployment => madeUpDeployment({ id, model: id });
const turn = (): Promise<void> => new Promise(setImmediate);
const key = { keyHash: 'k', keyAlias: undefined, userId: undefined, teamId: undefined, tags: ['own'] };

it('tells in the order of the deployments who answered and who did not', async () => {
  const { asked, checks } = world();
  const error = new GatewayError('upstream_overloaded');
  const found = checks.check([model('a'), model('b'), model('video'), model('*')], serviceAccount);
  await turn();
  asked[1]?.fail(error);
  asked[2]?.answer();
  asked[0]?.answer({ 'x-ms-region': 'eu' });
  expect((await found).map(({ state, deployment }) => [deployment.id, state])).toEqual([
    ['a', 'healthy'],
    ['b', 'unhealthy'],
    ['video', 'healthy'],
    ['*', 'unchecked'],
  ]);
  expect((await found)[0]).toMatchObject({ headers: { 'x-ms-region': 'eu' } });
  expect((await found)[1]).toMatchObject({ error });
});

it('takes whatever else is thrown for a failure without telling of it', async () => {
  const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
  const { asked, checks } = world();
  const found = checks.check([model('a')], serviceAccount);
  await turn();
  asked[0]?.fail(new Error('sk-secret'));
  expect((await found)[0]).toMatchObject({ state: 'unhealthy', error: { code: 'internal' } });
  expect(logged).toHaveBeenCalledTimes(1);
  logged.mockRestore();
});

it('asks so many at once and no more, over all who ask', async () => {
  const { asked, checks } = world(2);
  const first = checks.check([model('a'), model('b'), model('c')], serviceAccount);
  const second = checks.check([model('d')], key);
  await turn();
  expect(asked).toHaveLength(2);
  for (let at = 0; at < 4; at += 1) {
    asked[at]?.answer();
    await turn();
    expect(asked).toHaveLength(Math.min(4, at + 3));
  }
  expect([await first, await second].flat()).toHaveLength(4);
  // Every place is free again.
  void checks.check([model('e'), model('f')], serviceAccount);
  await turn();
  expect(asked).toHaveLength(6);
});

it('asks once for all who ask at the same time on one account', async () => {
  const { asked, checks } = world();
  const found = [checks.check([model('a')], key), checks.check([model('a')], key), checks.check([model('a')], serviceAccount)]; // prettier-ignore
  await turn();
  expect(asked.map(({ call }) => call.account.keyHash)).toEqual(['k', 'litellm-internal-health-check']);
  for (const { answer } of asked) answer();
  await Promise.all(found);
  void checks.check([model('a')], key);
  await turn();
  expect(asked).toHaveLength(3);
});

it('marks its calls, whoever pays for them', () => {
  expect(accountOf(key)).toEqual({ ...key, tags: ['own', 'litellm-internal-health-check'] });
  expect(serviceAccount.tags).toEqual(['litellm-internal-health-check']);
});

it('ends what is running when the process shuts down', async () => {
  const { asked, checks } = world();
  void checks.check([model('a')], serviceAccount);
  await turn();
  expect(asked[0]?.call.signal?.aborted).toBe(false);
  checks.beforeApplicationShutdown();
  expect(asked[0]?.call.signal?.aborted).toBe(true);
});
