/** A chat request of the hub as a POST to Ollama's chat endpoint, or to its endpoint for single prompts. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { OllamaChatRequest, OllamaGenerateRequest, OllamaSettings } from '../../schema/ollama.js';
import type { ChatCompletionRequest, ChatMessage, Tool } from '../../schema/openai/chat.js';
import type { ChatCall } from '../../spec/chat-adapter.js';
import type { Endpoint, OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { buildMessages } from './build-messages.js';
import { readParts } from './message-parts.js';
import { optionNames, ownOptions, supportedParams } from './supported-params.js';

/** Members that are translated; whatever else a client sends is Ollama's own and goes on as it is. */
const translated: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'options', 'response_format', 'reasoning_effort', 'thinking'],
  ...['tools', 'tool_choice', 'suffix', ...Object.keys(optionNames), ...ownOptions],
]);

export function buildRequest(call: ChatCall, provider: string, preferred: 'generate' | 'chat'): OutboundRequest {
  const context = { provider, model: call.model };
  const body = applyParameterPolicy(
    call.body,
    supportedParams,
    true,
    call.parameters,
    context,
  ) as ChatCompletionRequest;
  const tools = offeredTools(body, call, provider);
  const settings = buildSettings(body, call);
  const prompts = tools.length === 0 ? singlePrompt(body.messages) : undefined;
  // The model's own template is applied to messages only: whatever is more than one prompt is chat.
  const wire =
    preferred === 'generate' && prompts
      ? toGenerate(prompts, body, call, settings)
      : toChat(body, tools, call, settings);
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: ollamaPath(call.endpoint, 'prompt' in wire ? '/generate' : '/chat'),
    headers: { 'content-type': 'application/json', ...call.parameters.extraHeaders },
    body: JSON.stringify({ ...wire, ...call.parameters.extraBody }),
  };
}

/** Users write the server's address with and without `/api`. */
export function ollamaPath({ basePath }: Endpoint, path: string): string {
  return `${basePath.replace(/\/(?:api(?:\/(?:chat|generate|embed))?|v1)$/, '')}/api${path}`;
}

function toChat(
  body: ChatCompletionRequest,
  tools: readonly Tool[],
  call: ChatCall,
  settings: OllamaSettings,
): OllamaChatRequest {
  return { ...settings, messages: buildMessages(body.messages, call.media), ...(tools.length > 0 && { tools }) };
}

interface SinglePrompt {
  readonly system: readonly ChatMessage[];
  readonly user: ChatMessage;
}

/** The one question that there is, with what the system says before it. */
function singlePrompt(messages: readonly ChatMessage[]): SinglePrompt | undefined {
  const user = messages.at(-1);
  const system = messages.slice(0, -1);
  const isSystem = ({ role }: ChatMessage): boolean => role === 'system' || role === 'developer';
  return user?.role === 'user' && system.every(isSystem) ? { system, user } : undefined;
}

function toGenerate(
  { system, user }: SinglePrompt,
  body: ChatCompletionRequest,
  call: ChatCall,
  settings: OllamaSettings,
): OllamaGenerateRequest {
  const { text, images } = readParts(user, call.media);
  const suffix = body['suffix'];
  return {
    ...settings,
    prompt: text,
    ...(system.length > 0 && { system: system.map((message) => readParts(message, undefined).text).join('\n\n') }),
    ...(typeof suffix === 'string' && { suffix }),
    ...(images.length > 0 && { images }),
  };
}

function buildSettings(body: ChatCompletionRequest, call: ChatCall): OllamaSettings {
  const own = Object.entries(body).filter(([name, value]) => !translated.has(name) && value != null);
  const options = buildOptions(body);
  const format = toFormat(body.response_format);
  const think = toThink(body, call.model);
  return {
    ...Object.fromEntries(own),
    model: call.model,
    // Without the member Ollama streams.
    stream: call.stream,
    ...(format !== undefined && { format }),
    ...(think !== undefined && { think }),
    ...(Object.keys(options).length > 0 && { options }),
  };
}

function buildOptions(body: ChatCompletionRequest): Record<string, unknown> {
  const options: Record<string, unknown> = { ...(Object(body['options']) as object) };
  for (const [name, value] of Object.entries(body)) {
    if (value == null) continue;
    const option = Object.hasOwn(optionNames, name) ? optionNames[name] : ownOptions.has(name) ? name : undefined;
    if (option !== undefined) options[option] = name === 'stop' ? [value].flat() : value;
  }
  return options;
}

/** https://docs.ollama.com/capabilities/structured-outputs */
function toFormat(format: ChatCompletionRequest['response_format']): unknown {
  if (format?.type === 'json_schema') return format.json_schema.schema ?? 'json';
  return format?.type === 'json_object' ? (format.response_schema ?? 'json') : undefined;
}

/** gpt-oss knows levels and cannot stop thinking; other models think or do not. https://docs.ollama.com/capabilities/thinking */
function toThink(body: ChatCompletionRequest, model: string): unknown {
  const { reasoning_effort: effort, thinking } = body;
  const { type } = Object(thinking) as { type?: unknown };
  if (effort === undefined || effort === null) return type === undefined ? undefined : type !== 'disabled';
  if (!model.includes('gpt-oss')) return effort !== 'none';
  if (effort === 'none' || effort === 'minimal') return 'low';
  return effort === 'low' || effort === 'medium' ? effort : 'high';
}

/** Ollama has no `tool_choice`: tools are offered or not, and nothing makes a model call one. */
function offeredTools(body: ChatCompletionRequest, call: ChatCall, provider: string): readonly Tool[] {
  const { tools, tool_choice: choice } = body;
  if (!tools || tools.length === 0 || choice === 'none') return [];
  if (choice === undefined || choice === null || choice === 'auto') return tools;
  if (!call.parameters.dropUnsupported) {
    const facts = { param: 'tool_choice', provider, model: call.model };
    throw new GatewayError('unsupported_parameter', { param: 'tool_choice', facts, provider });
  }
  const named = typeof choice === 'object' ? choice.function?.name : undefined;
  return named === undefined ? tools : tools.filter((tool) => tool.function?.name === named);
}
