/** The `x-litellm-*` headers that tell a client what became of its request. */
import type { SpendAttempt } from '../spend/spend-intent.js';
import { usdFromNanos } from '../core/pricing/money.js';
import { version } from '../config/version.js';
import { costBeforeAdjustment } from '../core/pricing/deployment-costs.js';
import { headerText } from './header-text.js';
import type { LlmExchange } from './llm-exchange.js';
import { addProviderHeaders } from './provider-headers.js';
import type { Headers } from './sse-writer.js';

export function responseHeaders(exchange: LlmExchange): Headers {
  const { asked, deployment, attempts, startedAt, call } = exchange;
  const headers: Headers = { 'x-litellm-call-id': asked.requestId, 'x-litellm-version': version };
  if (deployment) {
    headers['x-litellm-model-id'] = headerText(deployment.id);
    headers['x-litellm-model-name'] = headerText(`${deployment.provider.id}/${deployment.model}`);
    headers['x-litellm-model-group'] = headerText(exchange.route.model);
    const base = deployment.endpoint.origin + deployment.endpoint.basePath;
    // A model that answers within the process has none.
    if (base !== '') headers['x-litellm-model-api-base'] = headerText(base);
  }
  const durationMs = exchange.clock.monotonic() - startedAt;
  headers['x-litellm-response-duration-ms'] = durationMs.toFixed(2);
  if (call?.sentAt !== undefined && call.headAt !== undefined) {
    headers['x-litellm-overhead-duration-ms'] = Math.max(0, durationMs - (call.headAt - call.sentAt)).toFixed(2);
  }
  if (exchange.attemptsStarted > 1) headers['x-litellm-attempted-retries'] = String(exchange.attemptsStarted - 1);
  const { fallbacksTried } = exchange.route;
  if (fallbacksTried > 0) headers['x-litellm-attempted-fallbacks'] = String(fallbacksTried);
  Object.assign(headers, exchange.grant?.headers?.());
  if (call?.head) addProviderHeaders(headers, call.head.headers);
  const last = attempts.at(-1);
  if (exchange.answer && last) addCost(headers, exchange, last);
  return headers;
}

function addCost(headers: Headers, { deployment }: LlmExchange, { costNanos, usage }: SpendAttempt): void {
  headers['x-litellm-response-cost'] = usdText(costNanos);
  const original = deployment?.priceAdjustment && costBeforeAdjustment(deployment, usage);
  if (original === undefined) return;
  headers['x-litellm-response-cost-original'] = usdText(original);
  const change = costNanos - original;
  if (change < 0n) headers['x-litellm-response-cost-discount-amount'] = usdText(-change);
  if (change > 0n) headers['x-litellm-response-cost-margin-amount'] = usdText(change);
}

function usdText(nanos: bigint): string {
  return String(usdFromNanos(nanos));
}
