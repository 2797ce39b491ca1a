/** The response object that bridged answers are told in: what was asked, repeated, and what came of it. */
import type { FinishReason } from '../../schema/openai/chat.js';
import type { GatewayError } from '../../errors/gateway-error.js';
import type { OutputItem, ResponseObject, ResponsesRequest, ResponsesUsage } from '../../schema/openai/responses.js';
import type { Usage } from '../../spec/usage.js';
import type { AnswerContext } from '../client-dialect.js';
import type { ResponsesContext } from './keeping.js';

export interface Outcome {
  readonly model: string;
  readonly output: readonly OutputItem[];
  readonly status: 'in_progress' | 'completed' | 'failed';
  readonly finish: FinishReason | null;
  readonly usage: ResponsesUsage | null;
  readonly error?: GatewayError;
}

/** Why the answer is not all that there was to say; undefined where it is. */
export function cutShort(finish: FinishReason | null): 'max_output_tokens' | 'content_filter' | undefined {
  if (finish === 'length') return 'max_output_tokens';
  return finish === 'content_filter' ? 'content_filter' : undefined;
}

export function toResponse(
  { body, responseId, created, keeping }: ResponsesContext,
  { model, output, status, finish, usage, error }: Outcome,
): ResponseObject {
  const reason = cutShort(finish);
  return {
    id: responseId,
    object: 'response',
    created_at: created,
    status: status === 'completed' && reason ? 'incomplete' : status,
    background: false,
    error: error ? { code: errorCode(error), message: error.message } : null,
    incomplete_details: reason ? { reason } : null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    max_tool_calls: null,
    model,
    output,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: keeping?.previousResponseId ?? null,
    reasoning: { effort: body.reasoning?.effort ?? null, summary: body.reasoning?.summary ?? null },
    service_tier: 'default',
    // Where nobody keeps answers, what the client says to the contrary does not hold.
    store: keeping?.store ?? false,
    temperature: body.temperature ?? 1,
    text: { format: body.text?.format ?? { type: 'text' }, verbosity: body.text?.verbosity ?? 'medium' },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_logprobs: 0,
    top_p: body.top_p ?? 1,
    truncation: 'disabled',
    usage,
    user: body.user ?? null,
    metadata: body.metadata ?? {},
  };
}

/** OpenAI's words for why a response failed. */
function errorCode({ code }: GatewayError): string {
  return code === 'upstream_rate_limited' ? 'rate_limit_exceeded' : 'server_error';
}

/** The id of one item: of the response's own, so that nothing is drawn by lot. */
export function itemId(
  kind: 'rs' | 'msg' | 'fc',
  { responseId }: AnswerContext<ResponsesRequest>,
  index: number,
): string {
  return `${kind}_${responseId.replace(/^resp_/, '')}_${index}`;
}

export function toResponsesUsage(usage: Usage): ResponsesUsage {
  const { promptTokens, completionTokens, cachedTokens = 0, reasoningTokens = 0 } = usage;
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: cachedTokens },
    output_tokens: completionTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: promptTokens + completionTokens,
  };
}
