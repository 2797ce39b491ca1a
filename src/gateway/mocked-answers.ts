/** Answers and failures that are made up on a client's wish (`mock_response`, `mock_timeout`, ...): no provider is asked. */
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Deployment } from '../core/spec/index.js';
import type { LlmExchange } from './llm-exchange.js';
import type { RequestMocks } from './request-routing.js';

/** Something to answer with, so that a failure which is to come does not reach a provider first. */
const unread = '';

export function withMocks(deployment: Deployment, { response, error, timeout }: RequestMocks): Deployment {
  const answer = error !== undefined || timeout ? unread : response;
  return answer === undefined ? deployment : { ...deployment, mockResponse: answer };
}

/** @throws GatewayError what the request wants to see */
export async function mockFailure({ error, timeout }: RequestMocks, exchange: LlmExchange): Promise<void> {
  if (error !== undefined) throw new GatewayError(error, { message: 'Made up, as the request asks for.' });
  if (!timeout) return;
  const { deadlineAt, clock } = exchange;
  const timeoutMs = Math.round(deadlineAt - exchange.startedAt);
  await exchange.sleep(deadlineAt - clock.monotonic());
  throw new GatewayError('upstream_timeout', { facts: { timeoutMs } });
}
