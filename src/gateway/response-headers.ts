/** The `x-litellm-*` headers that tell a client what became of its request. */
import { usdFromNanos } from '../core/pricing/money.js';
import { version } from '../config/version.js';
import type { ChatExchange } from './chat/chat-exchange.js';
import type { Headers } from './sse-writer.js';

export function responseHeaders(exchange: ChatExchange): Headers {
  const { asked, deployment, attempts, startedAt, call } = exchange;
  const headers: Headers = { 'x-litellm-call-id': asked.requestId, 'x-litellm-version': version };
  if (deployment) {
    headers['x-litellm-model-id'] = deployment.id;
    headers['x-litellm-model-group'] = asked.parsed.body.model;
    headers['x-litellm-model-api-base'] = deployment.endpoint.origin + deployment.endpoint.basePath;
  }
  const durationMs = exchange.clock.monotonic() - startedAt;
  headers['x-litellm-response-duration-ms'] = durationMs.toFixed(2);
  if (call?.sentAt !== undefined && call.headAt !== undefined) {
    headers['x-litellm-overhead-duration-ms'] = Math.max(0, durationMs - (call.headAt - call.sentAt)).toFixed(2);
  }
  if (attempts.length > 1) headers['x-litellm-attempted-retries'] = String(attempts.length - 1);
  const last = attempts.at(-1);
  if (exchange.answer && last) headers['x-litellm-response-cost'] = String(usdFromNanos(last.costNanos));
  return headers;
}
