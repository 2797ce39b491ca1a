/** A whole answer of Gemini's as a chat completion. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { GeminiAnswer, GeminiCandidate } from '../../schema/google/generate-content.js';
import type { AssistantMessage, ChatChoice } from '../../schema/openai/chat.js';
import { wantsFunctionCall } from '../../schema/openai/tool-names.js';
import type { ChatCall, ParsedChatResponse } from '../../spec/chat-adapter.js';
import type { InboundResponse } from '../../spec/outbound.js';
import { readParts, toAnnotations, toFinishReason, toLogprobs, type CandidateContent } from './candidate-parts.js';
import type { GeminiHost } from './gemini-host.js';
import { countSearches, toUsage } from './map-usage.js';
import { parseAnswer } from './parse-error.js';

export function parseResponse(response: InboundResponse, call: ChatCall, host: GeminiHost): ParsedChatResponse {
  const answer = parseAnswer(new TextDecoder().decode(response.body), host.provider, 'upstream_internal');
  return {
    completion: {
      id: answer.responseId ?? call.responseId,
      object: 'chat.completion',
      created: call.created,
      model: answer.modelVersion ?? call.model,
      choices: toChoices(answer, call, host),
    },
    usage: toUsage(answer.usageMetadata, countSearches(answer, call.model)),
  };
}

function toChoices(answer: GeminiAnswer, call: ChatCall, { provider }: GeminiHost): readonly ChatChoice[] {
  const { candidates = [], promptFeedback: feedback } = answer;
  if (candidates.length > 0) return candidates.map((candidate, index) => toChoice(candidate, index, call));
  // A prompt that was blocked has no candidates.
  if (feedback?.blockReason !== undefined)
    return [{ index: 0, message: { role: 'assistant', content: null }, finish_reason: 'content_filter' }];
  throw new GatewayError('upstream_invalid_response', { facts: { reason: 'it has no candidates' }, provider });
}

function toChoice(candidate: GeminiCandidate, position: number, call: ChatCall): ChatChoice {
  const index = candidate.index ?? position;
  const content = readParts(candidate, call.body, (at) => newCallId(call, index, at));
  const logprobs = toLogprobs(candidate);
  const called = content.calls.length > 0;
  const finish = candidate.finishReason === undefined ? null : toFinishReason(candidate.finishReason, called);
  return {
    index,
    message: toMessage(content, candidate, call),
    finish_reason: finish === 'tool_calls' && wantsFunctionCall(call.body) ? 'function_call' : finish,
    ...(logprobs && { logprobs }),
  };
}

function toMessage(
  content: CandidateContent,
  { groundingMetadata: grounding }: GeminiCandidate,
  call: ChatCall,
): AssistantMessage {
  const { text, reasoning, calls, images, audio } = content;
  const annotations = toAnnotations(grounding, text);
  const fields = specificFields(content, grounding);
  return {
    role: 'assistant',
    content: text === '' ? null : text,
    ...(reasoning !== '' && {
      reasoning_content: reasoning,
      thinking_blocks: [{ type: 'thinking' as const, thinking: reasoning }],
    }),
    ...(calls.length > 0 &&
      (wantsFunctionCall(call.body) ? { function_call: calls[0]?.function } : { tool_calls: calls })),
    ...(images.length > 0 && { images }),
    ...(audio && { audio }),
    ...(annotations.length > 0 && { annotations }),
    ...(fields && { provider_specific_fields: fields }),
  };
}

/** What OpenAI's answers have no place for. */
export function specificFields(
  { signatures, executions }: CandidateContent,
  grounding: GeminiCandidate['groundingMetadata'],
): object | undefined {
  if (signatures.length === 0 && executions.length === 0 && !grounding) return undefined;
  return {
    ...(signatures.length > 0 && { thought_signatures: signatures }),
    ...(executions.length > 0 && { code_executions: executions }),
    ...(grounding && { grounding_metadata: grounding }),
  };
}

/** Unlike those of other answers in the same conversation. */
export function newCallId({ responseId }: ChatCall, choice: number, index: number): string {
  return `call_${responseId.replace(/^chatcmpl-/, '')}_${choice}_${index}`;
}
