/** Converse's stop reasons, token counts and citations in OpenAI's words and ours. */
import type { FinishReason } from '../../../schema/openai/chat.js';
import { readCount } from '../../../schema/openai/chat-usage.js';
import type { Usage } from '../../../spec/usage.js';
import type { AnswerCitation, CacheDetail, WireUsage } from './wire.js';

const reasons = new Map<string, FinishReason>(
  Object.entries({
    end_turn: 'stop',
    stop_sequence: 'stop',
    max_tokens: 'length',
    model_context_window_exceeded: 'length',
    tool_use: 'tool_calls',
    guardrail_intervened: 'content_filter',
    content_filtered: 'content_filter',
  }),
);

/** Null where the answer names no reason; `stop` for one that is not known yet. */
export function finishReason(stopReason: unknown, calledTools: boolean): FinishReason | null {
  if (typeof stopReason !== 'string' || stopReason === '') return null;
  const reason = reasons.get(stopReason) ?? 'stop';
  // A call of the JSON tool alone is an answer: the client has nothing to run.
  return reason === 'tool_calls' && !calledTools ? 'stop' : reason;
}

/** Bedrock counts cached tokens beside `inputTokens`; here the prompt includes them. Undefined where nothing is counted. */
export function toUsage(wire: WireUsage | undefined, tier: unknown): Usage | undefined {
  if (typeof wire?.inputTokens !== 'number' && typeof wire?.outputTokens !== 'number') return undefined;
  const read = readCount(wire.cacheReadInputTokens);
  const written = readCount(wire.cacheWriteInputTokens);
  const details: readonly CacheDetail[] = Array.isArray(wire.cacheDetails) ? wire.cacheDetails : [];
  const written1h = details.reduce((sum, each) => sum + (each?.ttl === '1h' ? readCount(each.inputTokens) : 0), 0);
  return {
    promptTokens: readCount(wire.inputTokens) + read + written,
    completionTokens: readCount(wire.outputTokens),
    ...(read > 0 && { cachedTokens: read }),
    ...(written > written1h && { cacheCreationTokens: written - written1h }),
    ...(written1h > 0 && { cacheCreation1hTokens: written1h }),
    ...(typeof tier === 'string' && tier !== 'default' && { serviceTier: tier }),
  };
}

/** OpenAI's form of a source on the web; sources in documents have none. */
export function toAnnotations(citation: AnswerCitation, start: number, end: number): unknown[] {
  const url = citation.location?.web?.url;
  if (typeof url !== 'string') return [];
  const place = { url, title: citation.title ?? url, start_index: start, end_index: end };
  return [{ type: 'url_citation', url_citation: place }];
}
