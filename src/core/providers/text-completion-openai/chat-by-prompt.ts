/** A conversation with a model that completes texts: one prompt goes out, the text that comes back is the answer. */
import type { ChatCompletionRequest, ChatMessage } from '../../schema/openai/chat.js';
import { textOf } from '../../schema/openai/content.js';
import type { ChatAdapter, ChatCall, ParsedChatResponse } from '../../spec/chat-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import type { CatalogRow, JsonObject, Quirk } from '../openai-compatible/index.js';
import { OpenAiChatStreamParser } from '../openai-compatible/chat-stream-parser.js';
import { normaliseFinishReason } from '../openai-compatible/finish-reason.js';
import { mapUsage } from '../openai-compatible/map-usage.js';
import { findReportedError, parseOpenAiError } from '../openai-compatible/parse-error.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { requestPath } from '../openai-compatible/request-address.js';

const supported: ReadonlySet<string> = new Set([
  ...['frequency_penalty', 'logit_bias', 'max_completion_tokens', 'max_tokens', 'n', 'presence_penalty', 'seed'],
  ...['stop', 'stream', 'stream_options', 'temperature', 'top_p', 'user'],
]);

export function chatByPrompt(row: CatalogRow): ChatAdapter {
  return {
    supportedParams: () => supported,
    passesUnknownParams: true,
    buildRequest: (call) => buildRequest(call, row),
    parseResponse: (response, call) => parseResponse(response, call, row.id),
    createStreamParser: (call) => new OpenAiChatStreamParser(row.id, [textAsDelta], call),
    parseError: (response) => parseOpenAiError(response, row.id),
  };
}

function buildRequest(call: ChatCall, row: CatalogRow): OutboundRequest {
  const context = { provider: row.id, model: call.model };
  const body = applyParameterPolicy(call.body, supported, true, call.parameters, context) as ChatCompletionRequest;
  const { messages, max_completion_tokens: most, stream_options: options, stream: _stream, ...rest } = body;
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: requestPath(row, '/completions', call),
    headers: {
      'content-type': 'application/json',
      accept: call.stream ? 'text/event-stream' : 'application/json',
      ...call.parameters.extraHeaders,
    },
    body: JSON.stringify({
      ...rest,
      ...(most != null && { max_tokens: most }),
      prompt: messages.map(toText).join('\n\n'),
      ...(call.stream && { stream: true, stream_options: { ...options, include_usage: true } }),
      ...call.parameters.extraBody,
      model: call.model,
    }),
  };
}

/** Who speaks is left out: a text goes on in the voice of its last words. */
function toText({ content }: ChatMessage): string {
  return textOf(content);
}

function parseResponse(response: InboundResponse, call: ChatCall, provider: string): ParsedChatResponse {
  const answer = readJsonAnswer(response.body, provider);
  const reported = findReportedError(answer, provider, 'upstream_internal');
  if (reported) throw reported;
  const { id, created, model, choices, usage } = answer;
  if (!Array.isArray(choices)) throw invalidAnswer(provider, 'a completion without choices');
  return {
    completion: {
      id: typeof id === 'string' ? id : call.responseId,
      object: 'chat.completion',
      created: typeof created === 'number' ? created : call.created,
      model: typeof model === 'string' ? model : call.model,
      choices: choices.map((choice: unknown, position) => {
        const { text, index, finish_reason: finish, logprobs } = objectOf(choice);
        if (typeof text !== 'string') throw invalidAnswer(provider, 'a choice without a text');
        return normaliseFinishReason({
          index: typeof index === 'number' ? index : position,
          message: { role: 'assistant', content: text },
          finish_reason: finish === 'length' ? 'length' : 'stop',
          ...(logprobs != null && { logprobs }),
        });
      }),
    },
    usage: mapUsage(usage),
  };
}

const textAsDelta: Quirk = {
  name: 'text-as-delta',
  chunk(chunk) {
    const { choices } = chunk;
    if (!Array.isArray(choices)) return chunk;
    const asDeltas = choices.map((choice: unknown): JsonObject => {
      const { text, ...rest } = objectOf(choice);
      return { ...rest, delta: typeof text === 'string' && text !== '' ? { content: text } : {} };
    });
    return { ...chunk, choices: asDeltas };
  },
};
