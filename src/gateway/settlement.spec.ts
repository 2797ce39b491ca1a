/** What a request is charged: what the provider reported where that is complete, and what had been sent where it is not. */
import { providerRegistry } from '../core/providers/registry.js';
import type { Usage } from '../core/spec/index.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { madeUpDeployment } from '../core/testing/deployments.js';
import type { LlmExchange } from './llm-exchange.js';
import { attemptOf, intentOf, outcomeOf, progressOf } from './settlement.js';

const provider = providerRegistry.find('openai');
if (!provider) throw new Error('There is no provider openai.');
/** 2.50 USD and 10 USD for a million tokens. */
const deployment = madeUpDeployment({ provider, model: 'gpt-4o' });
const left = new GatewayError('client_closed');

function exchangeWith(
  call: { usage?: Usage; contentEvents?: number; firstPartAt?: number } | undefined,
  output: object = {},
): LlmExchange {
  return {
    asked: {
      requestId: 'r',
      principal: { keyHash: 'hash', tags: [] },
      clientAddress: '::1',
      operation: { callType: 'acompletion', model: 'public-name', bodyBytes: 400, output, settings: { tags: [] } },
      catalog: { defaultReserveOutputTokens: 1_000 },
    },
    startedAtMs: 1_000_000,
    startedAt: 500,
    attempts: [],
    deployment,
    stream: true,
    call: call && { contentEvents: 0, ...call },
  } as unknown as LlmExchange;
}

describe('the reservation', () => {
  it.each([
    ['what the client allows', { maxTokens: 50 }, 750_000n],
    ['each of several answers', { maxTokens: 50, answers: 3 }, 1_750_000n],
    ['a guess where nothing is said', {}, 10_250_000n],
    ['no more than the model can answer', { maxTokens: 100_000_000 }, 164_090_000n],
    ['nothing of an answer that is not generated', { none: true }, 250_000n],
  ])('covers %s', (_what, output, expected) => {
    expect(intentOf(exchangeWith(undefined, output), deployment).reservationNanos).toBe(expected);
  });

  it('is nothing for a model without a price', () => {
    expect(intentOf(exchangeWith(undefined), madeUpDeployment()).reservationNanos).toBe(0n);
  });
});

describe('the charge', () => {
  const usage = { promptTokens: 1_000, completionTokens: 100 };

  it('is what the provider reported, for an answer that is complete', () => {
    const exchange = exchangeWith({ usage, contentEvents: 500 });
    expect(attemptOf(exchange, deployment, undefined)).toMatchObject({
      status: 'success',
      usage,
      costNanos: 3_500_000n,
    });
    expect(outcomeOf(exchange, 2, undefined).usageEstimated).toBeUndefined();
  });

  it('is nothing for an attempt that brought nothing', () => {
    for (const call of [undefined, {}]) {
      const attempt = attemptOf(exchangeWith(call), deployment, left);
      expect([attempt.costNanos, attempt.usage, attempt.errorCode]).toEqual([0n, undefined, 'client_closed']);
    }
  });

  it('is what had been sent, for a stream that was cut off before its usage', () => {
    const exchange = exchangeWith({ contentEvents: 30 });
    expect(attemptOf(exchange, deployment, left)).toMatchObject({ usage: { promptTokens: 100, completionTokens: 30 }, costNanos: 550_000n }); // prettier-ignore
    expect(outcomeOf(exchange, 2, left)).toMatchObject({ usageEstimated: true, errorCode: 'client_closed' });
  });

  it('keeps what the provider told of the prompt in advance, and counts the answer itself', () => {
    const early = { promptTokens: 1_000, completionTokens: 1, cachedTokens: 600 };
    const attempt = attemptOf(exchangeWith({ usage: early, contentEvents: 200 }), deployment, left);
    expect(attempt.usage).toEqual({ ...early, completionTokens: 200 });
  });

  it('is the provider’s own where a cut stream had told more than was seen', () => {
    const attempt = attemptOf(exchangeWith({ usage, contentEvents: 30 }), deployment, left);
    expect(attempt.usage).toEqual(usage);
  });
});

it('sums all attempts, and dates the first part', () => {
  const exchange = exchangeWith({ contentEvents: 1, firstPartAt: 750.4 });
  exchange.attempts.push({ costNanos: 3n } as never, { costNanos: 4n } as never);
  expect(outcomeOf(exchange, 9, undefined)).toMatchObject({
    spendNanos: 7n,
    endedAtMs: 9,
    completionStartedAtMs: 1_000_250,
  });
});

it('tells the ledger public text only', () => {
  const error = new GatewayError('internal', { detail: 'secret', cause: new Error('secret') });
  const outcome = outcomeOf(exchangeWith(undefined), 9, error);
  expect(
    JSON.stringify(outcome, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  ).not.toContain('secret');
});

it('has no checkpoint before anything was sent', () => {
  expect(progressOf(exchangeWith({}))).toBeUndefined();
  expect(progressOf(exchangeWith({ contentEvents: 10 }))).toMatchObject({
    usage: { completionTokens: 10 },
    costNanos: 350_000n,
  });
});
