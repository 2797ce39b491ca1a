/** What every error must look like, whoever caused it: OpenAI's envelope, whole and with a status of its own. */
import type { Answer } from './http-client.js';

export interface ErrorMembers {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string;
}

/** The members of OpenAI's error envelope; fails the test where `value` is anything else. */
export function errorOf(value: unknown): ErrorMembers {
  expect(value).toEqual({
    error: {
      message: expect.stringMatching(/\S/) as string,
      type: expect.stringMatching(/^[a-z_]+$/) as string,
      param: (value as { error?: { param?: unknown } } | undefined)?.error?.param ?? null,
      code: expect.stringMatching(/^\d{3}$/) as string,
    },
  });
  const { error } = value as { error: ErrorMembers };
  expect(error.param === null || typeof error.param === 'string').toBe(true);
  return error;
}

/** An answer that refuses the request: a status of 4xx, JSON, the envelope, and the status once more in it. */
export function expectRefused(answer: Answer, status?: number): ErrorMembers {
  const error = errorOf(answer.json);
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  expect(error.code).toBe(String(answer.status));
  expect(answer.cut).toBe(false);
  if (status === undefined) {
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  } else {
    expect({ status: answer.status, message: error.message }).toMatchObject({ status });
  }
  return error;
}
