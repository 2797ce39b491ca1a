/** A chat request of the hub as a POST of generateContent. */
import type { GeminiRequest } from '../../schema/google/generate-content.js';
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import type { ChatCall } from '../../spec/chat-adapter.js';
import type { OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { buildContents } from './build-contents.js';
import { buildTools } from './build-tools.js';
import type { GeminiHost } from './gemini-host.js';
import { buildGenerationConfig, configMembers } from './generation-config.js';

export const supportedParams: ReadonlySet<string> = new Set([
  ...['audio', 'frequency_penalty', 'function_call', 'functions', 'logprobs', 'max_completion_tokens', 'max_tokens'],
  ...['modalities', 'n', 'presence_penalty', 'reasoning_effort', 'response_format', 'seed', 'stop', 'temperature'],
  ...['thinking', 'tool_choice', 'tools', 'top_logprobs', 'top_p', 'web_search_options'],
]);

/** Members that are translated; whatever else the policy lets through is Gemini's own and goes on as it is. */
const translated: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'tools', 'tool_choice', 'functions', 'function_call'],
  ...['web_search_options', 'generationConfig', 'generation_config', ...configMembers],
]);

/** LiteLLM's and the SDKs' spellings of members at the top. */
const topNames: Readonly<Record<string, string>> = {
  cached_content: 'cachedContent',
  safety_settings: 'safetySettings',
};

/** Values that ask for what happens anyway. */
const neutral: Readonly<Record<string, unknown>> = { parallel_tool_calls: true, store: false };

/** Throws `unsupported_parameter` or `invalid_request` for what Gemini cannot be sent. */
export function buildRequest(call: ChatCall, host: GeminiHost): OutboundRequest {
  const context = { provider: host.provider, model: call.model };
  const asked = withoutNeutral(call.body);
  const body = applyParameterPolicy(asked, supportedParams, true, call.parameters, context) as ChatCompletionRequest;
  const wire = buildBody({ ...call, body });
  const method = call.stream ? 'streamGenerateContent' : 'generateContent';
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: `${host.path(call, method)}${call.stream ? '?alt=sse' : ''}`,
    headers: { 'content-type': 'application/json', ...call.parameters.extraHeaders },
    body: JSON.stringify({ ...wire, ...call.parameters.extraBody }),
  };
}

function buildBody(call: ChatCall): GeminiRequest {
  const { body, model } = call;
  const { contents, system } = buildContents(call);
  const { tools, toolConfig } = buildTools(body);
  const given = body['generationConfig'] ?? body['generation_config'];
  const config = { ...buildGenerationConfig(body, model), ...(Object(given) as object) };
  const wire: GeminiRequest = { contents };
  for (const name in body) if (!translated.has(name) && body[name] != null) wire[topNames[name] ?? name] = body[name];
  if (system.length > 0) wire.systemInstruction = { parts: system.map((text) => ({ text })) };
  if (tools.length > 0) wire.tools = tools;
  if (toolConfig) wire.toolConfig = toolConfig;
  if (Object.keys(config).length > 0) wire.generationConfig = config;
  return wire;
}

/** Of one function alone SDKs ask for one call as a matter of course; among several it is a wish that Gemini has no word for. */
function countFunctions({ tools, functions }: ChatCompletionRequest): number {
  const offered = [tools ?? []].flat().filter((tool) => tool.function);
  return offered.length + (Array.isArray(functions) ? functions.length : 0);
}

function withoutNeutral(body: ChatCompletionRequest): Readonly<Record<string, unknown>> {
  const idle = Object.keys(neutral).filter((name) => body[name] === neutral[name]);
  if (body.parallel_tool_calls === false && countFunctions(body) < 2) idle.push('parallel_tool_calls');
  if (idle.length === 0) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => !idle.includes(name)));
}
