/** The headers that tell a client what became of its request: always writable, and honest about what is not known. */
import { validateHeaderValue } from 'node:http';
import { FakeClock } from '../core/testing/fake-clock.js';
import { madeUpDeployment } from '../core/testing/deployments.js';
import type { LlmExchange } from './llm-exchange.js';
import { responseHeaders } from './response-headers.js';
import { asObject } from './testing/as-object.js';

function headersOf(given: Record<string, unknown> = {}, model = 'gpt-4o'): Record<string, string> {
  const clock = new FakeClock();
  clock.advance(250);
  const headers = responseHeaders({
    asked: { requestId: 'request-1' },
    route: { model, fallbacksTried: 0 },
    attempts: [],
    attemptsStarted: 1,
    startedAt: 100,
    clock,
    ...given,
  } as unknown as LlmExchange);
  return asObject(headers);
}

it('names the request even where nobody has been asked yet', () => {
  const headers = headersOf({ attemptsStarted: 0 });
  expect(headers).toMatchObject({ 'x-litellm-call-id': 'request-1', 'x-litellm-response-duration-ms': '150.00' });
  for (const absent of [
    'x-litellm-model-id',
    'x-litellm-response-cost',
    'x-litellm-attempted-retries',
    'x-litellm-overhead-duration-ms',
  ]) {
    expect(headers).not.toHaveProperty(absent);
  }
});

it('names the deployment, and takes the provider’s time off the gateway’s', () => {
  expect(headersOf({ deployment: madeUpDeployment(), call: { sentAt: 110, headAt: 230 } })).toMatchObject({
    'x-litellm-model-id': 'deployment-1',
    'x-litellm-model-group': 'gpt-4o',
    'x-litellm-model-api-base': 'https://api.acme.test/v1',
    'x-litellm-overhead-duration-ms': '30.00',
  });
});

it('names no address where there is none', () => {
  const deployment = madeUpDeployment({ endpoint: { origin: '', basePath: '' } });
  expect(headersOf({ deployment })).not.toHaveProperty('x-litellm-model-api-base');
});

it('counts retries, not attempts', () => {
  expect(headersOf({ attemptsStarted: 3 })['x-litellm-attempted-retries']).toBe('2');
});

it('says how many other groups were asked, and which one answered', () => {
  const deployment = madeUpDeployment();
  const headers = headersOf({ deployment, route: { model: 'stand-in', fallbacksTried: 2 } });
  expect(headers).toMatchObject({ 'x-litellm-attempted-fallbacks': '2', 'x-litellm-model-group': 'stand-in' });
  expect(headersOf({ deployment })).not.toHaveProperty('x-litellm-attempted-fallbacks');
});

it('tells the cost of a whole answer, and of no other', () => {
  const attempts = [{ costNanos: 7n }, { costNanos: 1_500n }];
  expect(headersOf({ attempts, answer: {} })['x-litellm-response-cost']).toBe('0.0000015');
  expect(headersOf({ attempts })).not.toHaveProperty('x-litellm-response-cost');
});

it.each(['日本', 'a\r\nset-cookie: x', '\u0000', '\u007f', '\ud800', '🦄', 'é'])(
  'can be written for the model %j',
  (model) => {
    const deployment = madeUpDeployment({ id: model });
    for (const [name, value] of Object.entries(headersOf({ deployment }, model))) {
      expect(() => validateHeaderValue(name, value)).not.toThrow();
      expect(value).toMatch(/^[\x20-\x7e]*$/);
    }
  },
);
