/** A chat request of the hub as a POST to Cohere's v2 chat. */
import type { CohereRequest } from '../../schema/cohere.js';
import type { ChatCompletionRequest, ResponseFormat } from '../../schema/openai/chat.js';
import type { ChatCall } from '../../spec/chat-adapter.js';
import type { OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { coherePath } from './address.js';
import { buildMessages } from './build-messages.js';
import { addTools } from './build-tools.js';

export const supportedParams: ReadonlySet<string> = new Set([
  ...['frequency_penalty', 'function_call', 'functions', 'logprobs', 'max_completion_tokens', 'max_tokens'],
  ...[
    'presence_penalty',
    'reasoning_effort',
    'response_format',
    'seed',
    'stop',
    'temperature',
    'thinking',
    'tool_choice',
    'tools',
    'top_p',
  ],
]);

/** Members that are translated; whatever else the policy lets through is Cohere's own and goes on as it is. */
const translated: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'stop', 'top_p', 'top_k'],
  ...['tools', 'tool_choice', 'functions', 'function_call', 'response_format', 'reasoning_effort', 'thinking'],
]);

/** Values that ask for what happens anyway. */
const neutral: Readonly<Record<string, unknown>> = { n: 1, parallel_tool_calls: true, store: false };

/** Tokens for thinking, by reasoning effort. */
const budgets = new Map<unknown, number>(
  Object.entries({ minimal: 512, low: 1024, medium: 2048, high: 4096, xhigh: 8192, max: 16384 }),
);

/** Throws `unsupported_parameter` or `invalid_request` for what Cohere cannot be sent. */
export function buildRequest(call: ChatCall, provider: string): OutboundRequest {
  const idle = Object.keys(neutral).filter((name) => call.body[name] === neutral[name]);
  const asked = Object.fromEntries(Object.entries(call.body).filter(([name]) => !idle.includes(name)));
  const context = { provider, model: call.model };
  const body = applyParameterPolicy(asked, supportedParams, true, call.parameters, context) as ChatCompletionRequest;
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: coherePath(call.endpoint, 'chat'),
    headers: {
      'content-type': 'application/json',
      accept: call.stream ? 'text/event-stream' : 'application/json',
      ...call.parameters.extraHeaders,
    },
    body: JSON.stringify({ ...buildBody(body, call), ...call.parameters.extraBody }),
  };
}

function buildBody(body: ChatCompletionRequest, call: ChatCall): CohereRequest {
  const wire: CohereRequest = { model: call.model, messages: buildMessages(body.messages) };
  for (const name in body) if (!translated.has(name) && body[name] != null) wire[name] = body[name];
  const most = body.max_completion_tokens ?? body.max_tokens;
  if (most !== undefined && most !== null) wire.max_tokens = most;
  const stops = [body.stop ?? []].flat();
  if (stops.length > 0) wire.stop_sequences = stops;
  if (typeof body.top_p === 'number') wire.p = body.top_p;
  if (typeof body['top_k'] === 'number') wire.k = body['top_k'];
  addTools(body, wire);
  const format = toResponseFormat(body.response_format);
  if (format) wire.response_format = format;
  const thinking = toThinking(body);
  if (thinking) wire.thinking = thinking;
  if (call.stream) wire.stream = true;
  return wire;
}

/** https://docs.cohere.com/docs/structured-outputs */
function toResponseFormat(format: ResponseFormat | null | undefined): object | undefined {
  if (format?.type === 'json_schema') return { type: 'json_object', json_schema: format.json_schema.schema ?? {} };
  if (format?.type !== 'json_object') return undefined;
  const { response_schema: schema } = format;
  return { type: 'json_object', ...(schema && { json_schema: schema }) };
}

/** https://docs.cohere.com/docs/reasoning */
function toThinking({ reasoning_effort: effort, thinking }: ChatCompletionRequest): object | undefined {
  const { type, budget_tokens: budget, token_budget: own } = Object(thinking) as Readonly<Record<string, unknown>>;
  if (type === 'disabled' || effort === 'none') return { type: 'disabled' };
  const tokens = own ?? budget ?? budgets.get(effort);
  if (type === undefined && tokens === undefined) return undefined;
  return { type: 'enabled', ...(typeof tokens === 'number' && { token_budget: tokens }) };
}
