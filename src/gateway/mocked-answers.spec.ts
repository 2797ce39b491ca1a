/** Answers that are made up on a client's wish reach no provider, and failures come as the real ones do. */
import { madeUpDeployment } from '../core/testing/deployments.js';
import { FakeClock } from '../core/testing/fake-clock.js';
import type { LlmExchange } from './llm-exchange.js';
import { mockFailure, withMocks } from './mocked-answers.js';
import type { RequestMocks } from './request-routing.js';

const none: RequestMocks = { response: undefined, error: undefined, firstGroupError: undefined, timeout: false };
const exchange = (): LlmExchange & { readonly slept: number[] } => {
  const slept: number[] = [];
  return { clock: new FakeClock(), startedAt: 0, deadlineAt: 3_000, slept, sleep: async (ms: number) => void slept.push(ms) } as never; // prettier-ignore
};

it('answers in place of the provider, whatever is made up', () => {
  const deployment = madeUpDeployment();
  expect(withMocks(deployment, none)).toBe(deployment);
  expect(withMocks(deployment, { ...none, response: 'Hello' }).mockResponse).toBe('Hello');
  expect(withMocks(deployment, { ...none, error: 'upstream_internal' }).mockResponse).toBe('');
  expect(withMocks(deployment, { ...none, timeout: true }).mockResponse).toBe('');
});

it('fails as asked, and not otherwise', async () => {
  await expect(mockFailure(none, exchange())).resolves.toBeUndefined();
  await expect(mockFailure({ ...none, error: 'upstream_rate_limited' }, exchange())).rejects.toMatchObject({ code: 'upstream_rate_limited', status: 429 }); // prettier-ignore
});

it('lets the request’s time pass before it times out', async () => {
  const running = exchange();
  await expect(mockFailure({ ...none, timeout: true }, running)).rejects.toMatchObject({ code: 'upstream_timeout' });
  expect(running.slept).toEqual([3_000]);
});
