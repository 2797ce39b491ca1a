/** The `x-litellm-*` headers that tell a client what became of its request. */
import { usdFromNanos } from '../core/pricing/money.js';
import { version } from '../config/version.js';
import type { LlmExchange } from './llm-exchange.js';
import type { Headers } from './sse-writer.js';

export function responseHeaders(exchange: LlmExchange): Headers {
  const { asked, deployment, attempts, startedAt, call } = exchange;
  const headers: Headers = { 'x-litellm-call-id': asked.requestId, 'x-litellm-version': version };
  if (deployment) {
    headers['x-litellm-model-id'] = headerText(deployment.id);
    headers['x-litellm-model-group'] = headerText(exchange.route.model);
    headers['x-litellm-model-api-base'] = headerText(deployment.endpoint.origin + deployment.endpoint.basePath);
  }
  const durationMs = exchange.clock.monotonic() - startedAt;
  headers['x-litellm-response-duration-ms'] = durationMs.toFixed(2);
  if (call?.sentAt !== undefined && call.headAt !== undefined) {
    headers['x-litellm-overhead-duration-ms'] = Math.max(0, durationMs - (call.headAt - call.sentAt)).toFixed(2);
  }
  if (exchange.attemptsStarted > 1) headers['x-litellm-attempted-retries'] = String(exchange.attemptsStarted - 1);
  const { fallbacksTried } = exchange.route;
  if (fallbacksTried > 0) headers['x-litellm-attempted-fallbacks'] = String(fallbacksTried);
  const last = attempts.at(-1);
  if (exchange.answer && last) headers['x-litellm-response-cost'] = String(usdFromNanos(last.costNanos));
  return headers;
}

const unprintable = /[^\x20-\x7e]/u;
const everyUnprintable = new RegExp(unprintable, 'gu');

/** Clients and operators choose model names: what no header may hold is percent-encoded. */
function headerText(text: string): string {
  return unprintable.test(text) ? text.replace(everyUnprintable, percentEncoded) : text;
}

function percentEncoded(character: string): string {
  return character.isWellFormed() ? encodeURIComponent(character) : '?';
}
