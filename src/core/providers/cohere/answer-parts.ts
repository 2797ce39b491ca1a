/** What whole answers and streams have in common: why they end, what they cost, what they lean on. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { CohereCitation, CohereLogprobs, CohereUsage } from '../../schema/cohere.js';
import { readCount } from '../../schema/openai/chat-usage.js';
import type { FinishReason } from '../../schema/openai/chat.js';
import type { Usage } from '../../spec/usage.js';
import { maskSecrets } from '../openai-compatible/mask-secrets.js';

const finishReasons: Readonly<Record<string, FinishReason>> = {
  COMPLETE: 'stop',
  ERROR_TOXIC: 'content_filter',
  MAX_TOKENS: 'length',
  STOP_SEQUENCE: 'stop',
  TOOL_CALL: 'tool_calls',
};

/** @throws GatewayError for an answer that did not come about: Cohere says so in the reason for its end */
export function toFinishReason(
  reason: string | null | undefined,
  message: string | null | undefined,
  provider: string,
): FinishReason | null {
  if (typeof reason !== 'string') return null;
  if (reason === 'TIMEOUT')
    throw new GatewayError('upstream_timeout', { message: 'Cohere took longer than it allows itself.', provider });
  if (reason.startsWith('ERROR') && reason !== 'ERROR_TOXIC')
    throw new GatewayError('upstream_internal', { message: message ? maskSecrets(message) : undefined, provider });
  return Object.hasOwn(finishReasons, reason) ? (finishReasons[reason] ?? 'stop') : 'stop';
}

/** Cohere reports what the model read, and bills less: its own template is free. */
export function toUsage(wire: CohereUsage | null | undefined): Usage | undefined {
  const { tokens, billed_units: billed, cached_tokens: cached } = wire ?? {};
  const counted = tokens ?? billed;
  if (counted?.input_tokens === undefined && counted?.output_tokens === undefined) return undefined;
  return {
    promptTokens: readCount(counted.input_tokens),
    completionTokens: readCount(counted.output_tokens),
    ...(readCount(cached) > 0 && { cachedTokens: readCount(cached) }),
    ...(tokens &&
      billed && {
        billed: { promptTokens: readCount(billed.input_tokens), completionTokens: readCount(billed.output_tokens) },
      }),
  };
}

/** OpenAI's form of sources that have an address; all of them stand in `provider_specific_fields`. */
export function toAnnotations(citations: readonly CohereCitation[]): readonly object[] {
  return citations.flatMap(({ start = 0, end = 0, sources }) =>
    (sources ?? []).flatMap((source) => {
      const { url, title } = source?.document ?? {};
      if (typeof url !== 'string') return [];
      const place = { start_index: start, end_index: end };
      return [
        { type: 'url_citation', url_citation: { url, title: typeof title === 'string' ? title : url, ...place } },
      ];
    }),
  );
}

/**
 * OpenAI's form of the probabilities. Cohere gives them by pieces of text, each of one or more tokens: the logarithms of a
 * piece's tokens add up to that of the piece.
 */
export function toLogprobs(pieces: readonly CohereLogprobs[] | null | undefined): object | undefined {
  if (!pieces?.length) return undefined;
  const content = pieces.map(({ text, logprobs }) => ({
    token: text ?? '',
    logprob: (logprobs ?? []).reduce((sum, each) => sum + each, 0),
    bytes: [...Buffer.from(text ?? '')],
    top_logprobs: [],
  }));
  return { content, refusal: null };
}
