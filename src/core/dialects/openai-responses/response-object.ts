/** The response object that bridged answers are told in: what was asked, repeated, and what came of it. */
import type { FinishReason } from '../../schema/openai/chat.js';
import type {
  ItemStatus,
  OutputItem,
  ResponseObject,
  ResponsesRequest,
  ResponsesUsage,
} from '../../schema/openai/responses.js';
import type { Usage } from '../../spec/usage.js';
import type { AnswerContext } from '../client-dialect.js';

export interface Outcome {
  readonly model: string;
  readonly output: readonly OutputItem[];
  readonly status: ItemStatus;
  readonly finish: FinishReason | null;
  readonly usage: ResponsesUsage | null;
}

export function toResponse(
  { body, responseId, created }: AnswerContext<ResponsesRequest>,
  { model, output, status, finish, usage }: Outcome,
): ResponseObject {
  const reason = finish === 'length' ? 'max_output_tokens' : finish === 'content_filter' ? 'content_filter' : undefined;
  return {
    id: responseId,
    object: 'response',
    created_at: created,
    status: status === 'completed' && reason ? 'incomplete' : status,
    background: false,
    error: null,
    incomplete_details: reason ? { reason } : null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    max_tool_calls: null,
    model,
    output,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: { effort: body.reasoning?.effort ?? null, summary: body.reasoning?.summary ?? null },
    service_tier: 'default',
    // Nothing is kept here: what the client says to the contrary does not hold.
    store: false,
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
