/** Keeps what was asked and answered, as the guardrails for logs leave it, once the client has its answer. */
import type { PayloadStore } from '../spend/payload-store.service.js';
import { payloadOf } from './payload-of.js';
import type { LlmExchange } from './llm-exchange.js';
import type { LlmRequest } from './llm-request.js';
import type { RequestGuardrails } from './request-guardrails.service.js';

/**
 * Guardrails for logs look at it also where nothing is kept. Nothing that goes wrong here is the client's business.
 *
 * @param store undefined where this process keeps none
 */
export async function keepPayload(
  request: LlmRequest,
  exchange: LlmExchange,
  store: PayloadStore | undefined,
  guardrails: RequestGuardrails,
): Promise<void> {
  const look = exchange.guard?.run.plan.logging_only.length ? exchange.guard : undefined;
  if (!exchange.ticket || !(store?.isOn || look)) return;
  const payload = payloadOf(request, exchange);
  const kept = payload && look ? await guardrails.beforeKeeping(look, payload) : payload;
  if (kept && store?.isOn) store.keep(kept);
}
