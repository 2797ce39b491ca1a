/** Chat with SageMaker endpoints that complete a text, as Hugging Face's containers do. */
// https://huggingface.co/docs/text-generation-inference/reference/api_reference
import { GatewayError } from '../../errors/gateway-error.js';
import type { ChatCompletionRequest, ChatMessage } from '../../schema/openai/chat.js';
import { contentParts, textOf } from '../../schema/openai/content.js';
import type { ChatAdapter, ChatCall, ParsedChatResponse } from '../../spec/chat-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import { FramedStreamParser } from '../bedrock/framed-stream.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { findReportedError } from '../openai-compatible/parse-error.js';
import { invalidAnswer, objectOf } from '../openai-compatible/read-answer.js';
import { invocationHeaders, invocationPath } from './endpoint-address.js';
import { sagemakerStreams, unwrapPart } from './openai-chat.js';
import { parseSagemakerError } from './parse-error.js';
import { finishOf, usageOf } from './text-details.js';
import { TextStreamParser } from './text-stream.js';

const provider = 'sagemaker';
const supported: ReadonlySet<string> = new Set([
  ...['stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'stop', 'seed'],
]);
const neutral: Readonly<Record<string, unknown>> = { n: 1, presence_penalty: 0, frequency_penalty: 0, logprobs: false };

export const textChat: ChatAdapter = {
  supportedParams: () => supported,
  passesUnknownParams: true,
  streamMediaTypes: sagemakerStreams,
  buildRequest,
  parseResponse,
  createStreamParser: (call) => new FramedStreamParser(new TextStreamParser(call), unwrapPart, provider),
  parseError: (response) => parseSagemakerError(response, provider),
};

function buildRequest(call: ChatCall): OutboundRequest {
  const names = Object.keys(neutral).filter((name) => call.body[name] === neutral[name]);
  const given = { ...call.body, ...Object.fromEntries(names.map((name) => [name, null])) };
  const context = { provider, model: call.model };
  const asked = applyParameterPolicy(given, supported, true, call.parameters, context) as ChatCompletionRequest;
  const { model: _model, messages, stream: _stream, stream_options: _options, model_id: _id, ...rest } = asked;
  const { max_completion_tokens: most, max_tokens: older, temperature, top_p: topP, stop, seed, ...own } = rest;
  const maxTokens = most ?? older;
  const parameters = {
    ...(maxTokens != null && { max_new_tokens: maxTokens }),
    // The container refuses 0, which asks for the likeliest token each time, and 1 or more of `top_p`: both are what it does by itself.
    ...(temperature != null && temperature > 0 && { temperature, do_sample: true }),
    ...(topP != null && topP < 1 && { top_p: topP }),
    ...(stop != null && { stop: typeof stop === 'string' ? [stop] : stop }),
    ...(seed != null && { seed }),
    return_full_text: false,
    details: true,
    ...Object.fromEntries(Object.entries(own).filter(([name, value]) => value != null && !name.startsWith('aws_'))),
  };
  const body = {
    inputs: promptOf(messages),
    parameters,
    ...(call.stream && { stream: true }),
    ...call.parameters.extraBody,
  };
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: invocationPath(call, call.stream),
    headers: invocationHeaders(call),
    body: JSON.stringify(body),
  };
}

/** One question stands for itself; a conversation is written down, up to where the model goes on. */
function promptOf(messages: readonly ChatMessage[]): string {
  if (!Array.isArray(messages)) return refuse('messages: is not a list');
  const [only] = messages as readonly ChatMessage[];
  if (messages.length === 1 && only?.role === 'user') return plainText(only);
  const lines = (messages as readonly ChatMessage[]).map((message) => `${speakerOf(message)}${plainText(message)}`);
  return [...lines, 'Assistant:'].join('\n\n');
}

function speakerOf({ role }: ChatMessage): string {
  if (role === 'system' || role === 'developer') return '';
  if (role === 'user') return 'User: ';
  return role === 'assistant' ? 'Assistant: ' : refuse(`messages: there are none of the role ${role} here`);
}

function plainText({ content }: ChatMessage): string {
  const foreign = contentParts(content)?.find((part) => part?.type !== 'text' && part?.type !== 'refusal');
  return foreign
    ? refuse(`messages: this endpoint takes texts, no parts of the type ${foreign.type}`)
    : textOf(content);
}

function refuse(reason: string): never {
  throw new GatewayError('invalid_request', { param: 'messages', facts: { reason }, provider });
}

function parseResponse(response: InboundResponse, call: ChatCall): ParsedChatResponse {
  let answer: unknown;
  try {
    answer = JSON.parse(new TextDecoder().decode(response.body));
  } catch (cause) {
    throw invalidAnswer(provider, 'a body that is not JSON', cause);
  }
  const first = objectOf(Array.isArray(answer) ? (answer as unknown[]).flat()[0] : answer);
  const reported = findReportedError(first, provider, 'upstream_internal');
  if (reported) throw reported;
  // `generation` is what the Llama containers of JumpStart call it.
  const text = first['generated_text'] ?? first['generation'];
  if (typeof text !== 'string') throw invalidAnswer(provider, 'an answer without a generated text');
  const prompt = promptOf(call.body.messages);
  const message = { role: 'assistant' as const, content: text.startsWith(prompt) ? text.slice(prompt.length) : text };
  const details = objectOf(first['details']);
  return {
    completion: {
      id: call.responseId,
      object: 'chat.completion',
      created: call.created,
      model: call.model,
      choices: [{ index: 0, message, finish_reason: finishOf(details) }],
    },
    usage: usageOf(details),
  };
}
