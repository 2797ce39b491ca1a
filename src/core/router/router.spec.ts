/** The router: how often it tries, whom, after what wait, and when it stops. */
import fc from 'fast-check';
import { GatewayError, type ErrorFacts } from '../errors/gateway-error.js';
import type { ErrorCode } from '../errors/catalog.js';
import type { Deployment } from '../spec/deployment.js';
import { madeUpDeployment } from '../testing/deployments.js';
import type { RoutePlan } from './route-plan.js';
import { DeploymentRouter } from './router.js';
import { plainRules } from './routing-rules.js';

const failure = (code: ErrorCode, facts: ErrorFacts = {}): GatewayError =>
  new GatewayError(code, { provider: 'acme', ...facts });
const names = ['a', 'b', 'c', 'd'];

interface Result {
  readonly tried: string[];
  readonly waits: number[];
  readonly outcome: unknown;
}

interface Play {
  readonly deployments?: number;
  readonly maxRetries?: number;
  readonly retryAfterMs?: number;
  readonly random?: () => number;
  /** What each attempt comes to; undefined is success. */
  readonly attempt: (attempt: number, deployment: Deployment) => Error | undefined;
  readonly finalAfterAttempts?: number;
  readonly finalAfterWaits?: number;
}

async function play(given: Play): Promise<Result> {
  const tried: string[] = [];
  const waits: number[] = [];
  const plan: RoutePlan = {
    modelGroup: 'model-a',
    deployments: names.slice(0, given.deployments ?? 1).map((id) => madeUpDeployment({ id })),
    maxRetries: given.maxRetries ?? 2,
    retryAfterMs: given.retryAfterMs ?? 0,
    rules: plainRules,
    stream: false,
  };
  const request = {
    get final() {
      return (
        tried.length >= (given.finalAfterAttempts ?? Infinity) || waits.length >= (given.finalAfterWaits ?? Infinity)
      );
    },
    sleep: async (ms: number) => void waits.push(ms),
    wake: () => undefined,
  };
  const attempt = async (deployment: Deployment): Promise<void> => {
    tried.push(deployment.id);
    const error = given.attempt(tried.length, deployment);
    if (error) throw error;
  };
  const outcome = await new DeploymentRouter(given.random ?? (() => 0)).route(plan, attempt, request).then(
    () => 'answered',
    (error: unknown) => error,
  );
  return { tried, waits, outcome };
}

it('is done with the first success', async () => {
  expect(await play({ deployments: 3, attempt: () => undefined })).toEqual({
    tried: ['a'],
    waits: [],
    outcome: 'answered',
  });
});

it.each([0, 1, 2, 5])('makes one attempt and %d retries at most, over all deployments together', async (maxRetries) => {
  for (const deployments of [1, 2, 4]) {
    const last = failure('upstream_overloaded');
    const { tried, outcome } = await play({
      deployments,
      maxRetries,
      attempt: (attempt) => (attempt === 1 + maxRetries ? last : failure('upstream_internal')),
    });
    expect(tried).toHaveLength(1 + maxRetries);
    expect(outcome).toBe(last);
  }
});

it('tries every other deployment, each once and without a wait, before one that has failed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      async (chance) => {
        const random = (): number => chance.next().value as number;
        const { tried, waits } = await play({ deployments: 4, maxRetries: 5, random, attempt: () => failure('upstream_internal') }); // prettier-ignore
        expect(tried.slice(0, 4).sort()).toEqual(names);
        expect([tried.length, waits.length]).toEqual([6, 2]);
      },
    ),
    { numRuns: 50 },
  );
});

it.each<ErrorCode>([
  'upstream_bad_request',
  'upstream_not_found',
  'upstream_too_large',
  'upstream_unprocessable',
  'context_window_exceeded',
  'content_policy_violation',
  'unsupported_parameter',
  'upstream_address_refused',
  'client_closed',
  'internal',
])('gives up at once at %s, which another attempt cannot mend', async (code) => {
  const error = failure(code);
  expect(await play({ deployments: 3, attempt: () => error })).toEqual({ tried: ['a'], waits: [], outcome: error });
});

it('gives up at once at what is no GatewayError', async () => {
  const bug = new TypeError('bug');
  expect(await play({ deployments: 3, attempt: () => bug })).toEqual({ tried: ['a'], waits: [], outcome: bug });
});

it.each<ErrorCode>(['journal_unavailable', 'shutting_down', 'database_unavailable'])(
  'gives up at once at %s: the gateway’s own trouble is no deployment’s',
  async (code) => {
    const error = new GatewayError(code);
    expect(await play({ deployments: 3, attempt: () => error })).toEqual({ tried: ['a'], waits: [], outcome: error });
  },
);

describe('bad credentials', () => {
  it.each<ErrorCode>(['upstream_authentication', 'upstream_permission'])('(%s) are not tried again', async (code) => {
    const error = failure(code);
    expect(await play({ maxRetries: 5, attempt: () => error })).toEqual({ tried: ['a'], waits: [], outcome: error });
  });

  it.each<ErrorCode>(['upstream_authentication', 'upstream_permission'])(
    '(%s) of one deployment leave the others their chance, once each',
    async (code) => {
      const answered = await play({
        deployments: 2,
        attempt: (attempt) => (attempt === 1 ? failure(code) : undefined),
      });
      expect(answered).toEqual({ tried: ['a', 'b'], waits: [], outcome: 'answered' });
      const none = await play({ deployments: 2, maxRetries: 5, attempt: () => failure(code) });
      expect([none.tried, none.waits]).toEqual([['a', 'b'], []]);
    },
  );
});

describe('waits', () => {
  it('back off and are spread where there is no other deployment', async () => {
    const { waits } = await play({ maxRetries: 3, random: () => 0.5, attempt: () => failure('upstream_internal') });
    expect(waits).toEqual([250, 500, 1_000]);
  });

  it('follow retry-after, and are at least the router’s own', async () => {
    const attempt = (): GatewayError => failure('upstream_rate_limited', { retryAfterMs: 2_000 });
    expect((await play({ maxRetries: 1, attempt })).waits).toEqual([2_000]);
    expect((await play({ maxRetries: 1, retryAfterMs: 3_000, attempt })).waits).toEqual([3_000]);
  });

  it('are not made for a provider that asks for more than a minute: its error is told instead', async () => {
    const error = failure('upstream_rate_limited', { retryAfterMs: 60_001 });
    expect(await play({ attempt: () => error })).toEqual({ tried: ['a'], waits: [], outcome: error });
  });

  it('are not made where another deployment is free, whatever the first one asked for', async () => {
    const { tried, waits } = await play({
      deployments: 2,
      attempt: (attempt) => (attempt === 1 ? failure('upstream_rate_limited', { retryAfterMs: 3_600_000 }) : undefined),
    });
    expect([tried, waits]).toEqual([['a', 'b'], []]);
  });

  it('are not made after the last attempt', async () => {
    expect((await play({ maxRetries: 0, attempt: () => failure('upstream_internal') })).waits).toEqual([]);
  });
});

describe('a request that is over', () => {
  it('because its answer has begun gets no further attempt', async () => {
    const error = failure('upstream_connection_lost');
    const result = await play({ deployments: 3, maxRetries: 5, finalAfterAttempts: 1, attempt: () => error });
    expect(result).toEqual({ tried: ['a'], waits: [], outcome: error });
  });

  it('because its client left during a wait gets no further attempt', async () => {
    const error = failure('upstream_internal');
    const result = await play({ maxRetries: 5, finalAfterWaits: 1, attempt: () => error });
    expect([result.tried, result.outcome]).toEqual([['a'], error]);
  });
});

it('says so where nobody can serve the model', async () => {
  const { tried, outcome } = await play({ deployments: 0, attempt: () => undefined });
  expect(tried).toEqual([]);
  expect(outcome).toMatchObject({ code: 'no_deployment', status: 503 });
  expect((outcome as GatewayError).message).toContain('model-a');
});
