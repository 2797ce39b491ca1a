/** Comparisons that the contract tests share. */
import assert from 'node:assert/strict';
import type { ErrorCode } from '../errors/catalog.js';
import { GatewayError } from '../errors/gateway-error.js';

/** What a failure must be; of the message a part is enough. */
export interface ExpectedError {
  readonly code: ErrorCode;
  readonly status: number;
  readonly message?: string;
  readonly retryAfterMs?: number;
}

export function assertFailure(run: () => unknown, expected: ExpectedError): void {
  let thrown: unknown;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof GatewayError, 'There was no GatewayError.');
  const { message = '', ...rest } = expected;
  assertPart(thrown, rest);
  assert.ok(thrown.message.includes(message), `The message is: ${thrown.message}`);
  assert.ok(!thrown.message.includes('test-key'), 'The message repeats the key.');
}

/** Equal as JSON: a member that is undefined is like an absent one. */
export function assertSame(actual: unknown, expected: unknown): void {
  assert.deepEqual(asJson(actual), asJson(expected));
}

export function assertPart(actual: unknown, part: object): void {
  for (const [member, value] of Object.entries(part)) {
    assert.deepEqual([member, asJson(Reflect.get(Object(actual) as object, member))], [member, value]);
  }
}

function asJson(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}
