/**
 * The router's promises, against whatever upstreams, clients and configurations may do: attempts are bounded, nothing is tried
 * again once the client has got something, fallbacks come in their order, cooldowns hold and never take everybody out, and every
 * request ends once, in time, leaving nothing behind.
 */
import fc from 'fast-check';
import type { ErrorCode } from '../errors/catalog.js';
import {
  groupNames,
  type Behaviour,
  type MadeUpDeployment,
  type MadeUpFallbacks,
  type MadeUpRequest,
  type MadeUpRules,
  type World,
} from '../testing/simulation/made-up-world.js';
import { breachesIn } from '../testing/simulation/watched-run.js';
import { failureClasses } from './failure-class.js';
import { routingStrategies } from './routing-rules.js';

/** The request itself is to blame. */
const innocent = fc.constantFrom<ErrorCode>(
  'upstream_bad_request',
  'upstream_too_large',
  'upstream_unprocessable',
  'context_window_exceeded',
  'content_policy_violation',
  'unsupported_parameter',
);
const cooling = fc.constantFrom<ErrorCode>(
  'upstream_authentication',
  'upstream_permission',
  'upstream_not_found',
  'upstream_timeout',
  'upstream_rate_limited',
  'upstream_internal',
  'upstream_unreachable',
  'upstream_connection_lost',
  'upstream_invalid_response',
  'upstream_overloaded',
);
const broken = fc.constantFrom<ErrorCode>(
  'upstream_stream_truncated',
  'upstream_connection_lost',
  'upstream_stream_error',
);

const upTo = (most: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: most });
const ms = (most: number): fc.Arbitrary<number> => fc.integer({ min: 1, max: most });
/** So many in a hundred have it. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>, percent = 50): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 100 - percent, arbitrary: fc.constant(undefined) }, { weight: percent, arbitrary });

const kind = <Kind extends string>(name: Kind): fc.Arbitrary<Kind> => fc.constant(name);
const code = fc.oneof({ weight: 3, arbitrary: cooling }, innocent);
const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: kind('answer'), ms: ms(3_000), restMs: ms(3_000) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: kind('failure'), ms: ms(2_000), code, retryAfterMs: maybe(upTo(90_000)) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('break'), ms: ms(2_000), restMs: ms(2_000), code: broken }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('silence') }) },
);

const deployment: fc.Arbitrary<MadeUpDeployment> = fc.record({
  behaviours: fc.array(behaviour, { minLength: 1, maxLength: 6 }),
  weight: maybe(upTo(3)),
  rpm: maybe(ms(20)),
  routing: fc.record(
    { order: upTo(2), maxParallelRequests: ms(3), cooldownMs: ms(10_000), allowedFails: upTo(3) },
    { requiredKeys: [] },
  ),
});

const byClass = fc.dictionary(fc.constantFrom(...failureClasses), upTo(3), { maxKeys: 3 });
const rules: fc.Arbitrary<MadeUpRules> = fc.record({
  strategy: fc.constantFrom(...routingStrategies),
  coolsDown: fc.boolean(),
  cooldownMs: ms(10_000),
  allowedFails: maybe(upTo(3)),
  allowedFailsByClass: byClass,
  retries: byClass,
  enforcesLimits: fc.boolean(),
  maxParallelRequests: maybe(ms(3)),
  maxQueuedRequests: upTo(4),
});

const groupName = fc.constantFrom(...groupNames);
const targets = fc.array(groupName, { maxLength: 3 });
const targetsByGroup = fc.dictionary(groupName, targets, { maxKeys: 4 });
const fallbacks: fc.Arbitrary<MadeUpFallbacks> = fc.record({
  general: targetsByGroup,
  contextWindow: targetsByGroup,
  contentPolicy: targetsByGroup,
  defaults: targets,
  most: upTo(3),
});

const request: fc.Arbitrary<MadeUpRequest> = fc.record({
  group: groupName,
  atMs: upTo(20_000),
  stream: fc.boolean(),
  timeoutMs: ms(20_000),
  leavesAfterMs: maybe(ms(5_000), 20),
  maxRetries: upTo(3),
  priority: maybe(upTo(255)),
  affinityKey: maybe(fc.constantFrom('one', 'other')),
  mayUse: fc.subarray([...groupNames]),
  endsWithFirstPart: fc.boolean(),
});

const world: fc.Arbitrary<World> = fc.record({
  seed: fc.integer(),
  groups: fc.record({
    red: fc.array(deployment, { minLength: 1, maxLength: 4 }),
    green: fc.array(deployment, { minLength: 1, maxLength: 2 }),
    blue: fc.array(deployment, { minLength: 1, maxLength: 2 }),
    grey: fc.array(deployment, { maxLength: 1 }),
  }),
  rules,
  fallbacks,
  requests: fc.array(request, { minLength: 1, maxLength: 25 }),
});

it('keeps its promises in a thousand made-up worlds', async () => {
  const keepsThem = fc.asyncProperty(world, async (made) => {
    const breaches = await breachesIn(made);
    if (breaches.length > 0) throw new Error(breaches.join('\n'));
  });
  await fc.assert(keepsThem, { numRuns: 1_000 });
}, 120_000);
