/** Made-up worlds for the router's property test: groups, rules, fallbacks, upstreams with a mind of their own, and requests. */
import fc from 'fast-check';
import type { ErrorCode } from '../../errors/catalog.js';
import { failureClasses } from '../../router/failure-class.js';
import { routingStrategies } from '../../router/routing-rules.js';

/** What blames nobody but the request. */
export const innocentCodes = [
  'upstream_bad_request',
  'upstream_too_large',
  'upstream_unprocessable',
  'context_window_exceeded',
  'content_policy_violation',
  'unsupported_parameter',
] as const satisfies readonly ErrorCode[];

const coolingCodes = [
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
] as const satisfies readonly ErrorCode[];

const ms = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

const behaviour = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('answer' as const), ms: ms(3_000), restMs: ms(3_000) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('failure' as const),
      ms: ms(2_000),
      code: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...coolingCodes) }, fc.constantFrom(...innocentCodes)),
      retryAfterMs: maybe(fc.integer({ min: 0, max: 90_000 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('silence' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('break' as const),
      ms: ms(2_000),
      restMs: ms(2_000),
      code: fc.constantFrom<ErrorCode>(
        'upstream_stream_truncated',
        'upstream_connection_lost',
        'upstream_stream_error',
      ),
    }),
  },
);
/** What an upstream does with one attempt. */
export type Behaviour = typeof behaviour extends fc.Arbitrary<infer T> ? T : never;

const byClass = fc.dictionary(fc.constantFrom(...failureClasses), fc.integer({ min: 0, max: 3 }), { maxKeys: 3 });

const deployment = fc.record({
  /** Attempts take them by turns. */
  behaviours: fc.array(behaviour, { minLength: 1, maxLength: 6 }),
  weight: maybe(fc.integer({ min: 0, max: 3 })),
  rpm: maybe(fc.integer({ min: 1, max: 20 })),
  routing: fc.record({
    order: maybe(fc.integer({ min: 1, max: 2 })),
    maxParallelRequests: maybe(fc.integer({ min: 1, max: 3 })),
    cooldownMs: maybe(ms(10_000)),
    allowedFails: maybe(fc.integer({ min: 0, max: 3 })),
  }),
});

const rules = fc.record({
  strategy: fc.constantFrom(...routingStrategies),
  coolsDown: fc.boolean(),
  cooldownMs: ms(10_000),
  allowedFails: maybe(fc.integer({ min: 0, max: 3 })),
  allowedFailsByClass: byClass,
  retries: byClass,
  enforcesLimits: fc.boolean(),
  maxParallelRequests: maybe(fc.integer({ min: 1, max: 3 })),
  maxQueuedRequests: fc.integer({ min: 0, max: 4 }),
});

export const groupNames = ['red', 'green', 'blue', 'grey'] as const;
const groupName = fc.constantFrom(...groupNames);
const targets = fc.array(groupName, { maxLength: 3 });
const targetsByGroup = fc.dictionary(groupName, targets, { maxKeys: 4 });

const fallbacks = fc.record({
  general: targetsByGroup,
  contextWindow: targetsByGroup,
  contentPolicy: targetsByGroup,
  defaults: targets,
  most: fc.integer({ min: 0, max: 3 }),
});

const request = fc.record({
  group: groupName,
  atMs: fc.integer({ min: 0, max: 20_000 }),
  stream: fc.boolean(),
  timeoutMs: ms(20_000),
  /** The client hangs up so long after it has asked. */
  leavesAfterMs: fc.option(ms(5_000), { nil: undefined, freq: 3 }),
  maxRetries: fc.integer({ min: 0, max: 3 }),
  priority: maybe(fc.integer({ min: 0, max: 255 })),
  affinityKey: fc.option(fc.constantFrom('k', 'l'), { nil: undefined, freq: 3 }),
  mayUse: fc.subarray([...groupNames]),
  /** As in the gateway, an attempt lasts as long as the stream; as in the library, until its first part. */
  endsWithFirstPart: fc.boolean(),
});
export type MadeUpRequest = typeof request extends fc.Arbitrary<infer T> ? T : never;

export const world = fc.record({
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
export type World = typeof world extends fc.Arbitrary<infer T> ? T : never;
