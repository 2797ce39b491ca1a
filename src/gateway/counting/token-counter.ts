/** LiteLLM's POST /utils/token_counter: a prompt, messages or contents, counted for any model. */
import { invalidMember, isObject, parseModelRequest } from '../../core/dialects/model-request.js';
import { checkContents } from '../../core/dialects/gemini/parse-request.js';
import { geminiGenerateContent } from '../../core/dialects/gemini/index.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { ChatCompletionRequest } from '../../core/schema/openai/chat.js';
import type { GenerateContentRequest } from '../../core/schema/google/generate-content-request.js';
import type { ReadOperation } from '../operation.js';
import type { ModelRequest } from '../request-settings.js';
import { anyReceiver } from './count-kinds.js';
import { readCount, type Countable } from './count-operation.js';

/** What holds the prompt; a request has one of them. */
const forms = ['prompt', 'messages', 'contents'] as const;

/** @param callsEndpoint whether the provider is to be asked, where it counts (`call_endpoint`) */
export function readTokenCounter(callsEndpoint: boolean): ReadOperation {
  return readCount({
    read: (bytes) => read(bytes, callsEndpoint),
    format: ({ tokens, tokenizer, original, failure }, { model, deployment }) =>
      JSON.stringify({
        total_tokens: tokens,
        request_model: model,
        model_used: deployment.model,
        tokenizer_type: tokenizer,
        original_response: original ?? null,
        error: failure !== undefined,
        error_message: failure?.message ?? null,
        status_code: failure?.status ?? null,
      }),
  });
}

/** @throws GatewayError `invalid_json` or `invalid_request` */
function read(bytes: Buffer, callsEndpoint: boolean): Countable {
  const { body, reservedMembers } = parseModelRequest(bytes);
  const given = forms.filter((form) => body[form] !== undefined && body[form] !== null);
  const [form] = given;
  if (form === undefined || given.length > 1) {
    const reason = 'Send one of `prompt`, `messages` and `contents`.';
    throw new GatewayError('invalid_request', { param: form ?? 'messages', facts: { reason } });
  }
  const shared = { bodyBytes: bytes.length, reservedMembers };
  if (form === 'prompt') {
    const text = textOf(body['prompt']);
    return { ...shared, body, dialect: undefined, prompt: () => text };
  }
  if (form === 'contents') {
    checkContents(body['contents']);
    return {
      ...shared,
      body,
      dialect: callsEndpoint ? 'gemini-generate-content' : undefined,
      prompt: (sent) => geminiGenerateContent.toHub(sent as unknown as GenerateContentRequest, anyReceiver),
    };
  }
  checkMessages(body);
  return {
    ...shared,
    body: callsEndpoint ? withSystem(body) : body,
    dialect: callsEndpoint ? 'anthropic-messages' : undefined,
    prompt: () => body as unknown as ChatCompletionRequest,
  };
}

function textOf(prompt: unknown): string {
  if (typeof prompt === 'string') return prompt;
  if (Array.isArray(prompt) && prompt.every((each) => typeof each === 'string')) return prompt.join('');
  throw invalidMember('prompt', 'a text or a list of texts', prompt);
}

function checkMessages({ messages, tools }: ModelRequest): void {
  const isMessage = (each: unknown): boolean =>
    isObject(each) && typeof each['role'] === 'string' && isContent(each['content']);
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage))
    throw invalidMember(
      'messages',
      'a non-empty list of messages such as {"role": "user", "content": "Hello"}',
      messages,
    );
  if (tools !== undefined && tools !== null && !(Array.isArray(tools) && tools.every(isObject)))
    throw invalidMember('tools', 'a list of objects', tools);
}

function isContent(content: unknown): boolean {
  return (
    content === undefined ||
    content === null ||
    typeof content === 'string' ||
    (Array.isArray(content) && content.every(isObject))
  );
}

/** Providers that count Anthropic's messages have what OpenAI's clients send as the first messages in `system`. */
function withSystem(body: ModelRequest): ModelRequest {
  const messages = body['messages'] as readonly Readonly<Record<string, unknown>>[];
  const isSystem = ({ role }: Readonly<Record<string, unknown>>): boolean => role === 'system' || role === 'developer';
  const texts = messages.filter(isSystem).flatMap(({ content }) => (typeof content === 'string' ? [content] : []));
  if (texts.length === 0 || body['system'] !== undefined) return body;
  return { ...body, system: texts.join('\n\n'), messages: messages.filter((message) => !isSystem(message)) };
}
