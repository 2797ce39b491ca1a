/** The `x-litellm-*` headers that tell a client what became of its request. */
import type { SpendAttempt } from '../spend/spend-intent.js';
import { usdFromNanos } from '../core/pricing/money.js';
import { version } from '../config/version.js';
import { AnswerHeaders } from './answer-headers.js';
import { costBeforeAdjustment } from '../core/pricing/deployment-costs.js';
import { headerText } from './header-text.js';
import type { LlmExchange } from './llm-exchange.js';
import { addProviderHeaders } from './provider-headers.js';
import type { RequestGuard } from './request-guard.js';

export function responseHeaders(exchange: LlmExchange): AnswerHeaders {
  const { asked, deployment, attempts, startedAt, call } = exchange;
  const headers = new AnswerHeaders().add('x-litellm-call-id', asked.requestId).add('x-litellm-version', version);
  if (deployment) {
    headers.add('x-litellm-model-id', headerText(deployment.id));
    headers.add('x-litellm-model-name', headerText(`${deployment.provider.id}/${deployment.model}`));
    headers.add('x-litellm-model-group', headerText(exchange.route.model));
    const base = deployment.endpoint.origin + deployment.endpoint.basePath;
    // A model that answers within the process has none.
    if (base !== '') headers.add('x-litellm-model-api-base', headerText(base));
  }
  const durationMs = exchange.clock.monotonic() - startedAt;
  headers.add('x-litellm-response-duration-ms', durationMs.toFixed(2));
  if (call?.sentAt !== undefined && call.headAt !== undefined) {
    headers.add('x-litellm-overhead-duration-ms', Math.max(0, durationMs - (call.headAt - call.sentAt)).toFixed(2));
  }
  if (exchange.attemptsStarted > 1) headers.add('x-litellm-attempted-retries', String(exchange.attemptsStarted - 1));
  const { fallbacksTried } = exchange.route;
  if (fallbacksTried > 0) headers.add('x-litellm-attempted-fallbacks', String(fallbacksTried));
  if (exchange.guard) addGuardrails(headers, exchange.guard.run);
  exchange.grant?.addHeaders?.(headers);
  if (exchange.cached) addCache(headers, exchange.cached);
  if (call?.head) addProviderHeaders(headers, call.head.headers);
  const last = attempts.at(-1);
  if (exchange.answer && last) addCost(headers, exchange, last);
  return headers;
}

/** Those that have looked so far, and those that could not. */
function addGuardrails(headers: AnswerHeaders, { applied, failed }: RequestGuard['run']): void {
  if (applied.length > 0) headers.add('x-litellm-applied-guardrails', headerText(applied.join(',')));
  if (failed.length > 0) headers.add('x-litellm-failed-guardrails', headerText(failed.join(',')));
}

function addCache(headers: AnswerHeaders, { key, hit }: NonNullable<LlmExchange['cached']>): void {
  headers.add('x-litellm-cache-key', key);
  if (!hit) return;
  headers.add('x-litellm-cache-hit', 'True').add('x-litellm-response-cost', '0');
  if (hit.similarity !== undefined) headers.add('x-litellm-semantic-similarity', hit.similarity.toFixed(4));
}

function addCost(headers: AnswerHeaders, { deployment }: LlmExchange, { costNanos, usage }: SpendAttempt): void {
  headers.add('x-litellm-response-cost', usdText(costNanos));
  const original = deployment?.priceAdjustment && costBeforeAdjustment(deployment, usage);
  if (original === undefined) return;
  headers.add('x-litellm-response-cost-original', usdText(original));
  const change = costNanos - original;
  if (change < 0n) headers.add('x-litellm-response-cost-discount-amount', usdText(-change));
  if (change > 0n) headers.add('x-litellm-response-cost-margin-amount', usdText(change));
}

function usdText(nanos: bigint): string {
  return String(usdFromNanos(nanos));
}
