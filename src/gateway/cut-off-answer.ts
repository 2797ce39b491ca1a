/** Whole answers that a provider's content policy has cut off or left empty: another model may be asked instead. */
import { GatewayError } from '../core/errors/gateway-error.js';
import type { LlmExchange } from './llm-exchange.js';

/** Gemini's words for it. */
const geminiReasons: ReadonlySet<unknown> = new Set([
  'SAFETY',
  'PROHIBITED_CONTENT',
  'BLOCKLIST',
  'SPII',
  'IMAGE_SAFETY',
]);

/**
 * Takes back an answer that the client has not got yet.
 *
 * @throws GatewayError `content_policy_violation`
 */
export function refuseCutOff(exchange: LlmExchange): void {
  const { answer } = exchange;
  if (answer === undefined || !isCutOff(String(answer.answer))) return;
  exchange.answer = undefined;
  throw new GatewayError('content_policy_violation');
}

/** In whichever of the clients' dialects the answer is. */
export function isCutOff(text: string): boolean {
  if (!text.startsWith('{')) return false;
  const answer = JSON.parse(text) as Record<string, unknown>;
  const [choice] = listOf(answer['choices']);
  const [candidate] = listOf(answer['candidates']);
  return (
    choice?.['finish_reason'] === 'content_filter' ||
    answer['stop_reason'] === 'refusal' ||
    (answer['incomplete_details'] as { reason?: unknown } | null | undefined)?.reason === 'content_filter' ||
    geminiReasons.has(candidate?.['finishReason'])
  );
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}
