/** A chat request of the hub as a POST to Anthropic's Messages API. */
import { GatewayError } from '../../errors/gateway-error.js';
import type {
  AnthropicOutputConfig,
  AnthropicRequest,
  AnthropicThinkingConfig,
  AnthropicTurn,
} from '../../schema/anthropic/messages.js';
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import type { ChatCall } from '../../spec/chat-adapter.js';
import type { OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { isBlank } from '../../schema/openai/content.js';
import { buildMessages, joinSystem } from './build-messages.js';
import { answerSchema, buildTools, jsonToolSchema } from './build-tools.js';
import { anthropicHost, inNameOf, type ClaudeHost } from './claude-host.js';
import { supportedParams, type ModelTraits } from './model-traits.js';
import { refuse } from './refuse.js';
import { toStructuredSchema } from './structured-output.js';

const apiVersion = '2023-06-01';
const defaultMaxTokens = 4096;
const smallestBudgetTokens = 1024;

/** Members that are translated; whatever else the policy lets through is Anthropic's own and goes on as it is. */
const translated: ReadonlySet<string> = new Set([
  ...[
    'model',
    'messages',
    'stream',
    'stream_options',
    'max_tokens',
    'max_completion_tokens',
    'stop',
    'user',
    'metadata',
  ],
  ...['service_tier', 'tools', 'tool_choice', 'parallel_tool_calls', 'functions', 'function_call', 'response_format'],
  ...['reasoning_effort', 'thinking', 'web_search_options', 'output_config'],
]);

/** Values that ask for what happens anyway. */
const neutral: Readonly<Record<string, unknown>> = {
  n: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  logprobs: false,
  store: false,
};
const neutralWithoutSampling: Readonly<Record<string, unknown>> = { ...neutral, temperature: 1, top_p: 1 };

/** Tokens for thinking, by reasoning effort. */
export const thinkingBudgets: ReadonlyMap<string, number> = new Map(
  Object.entries({ minimal: 1024, low: 1024, medium: 2048, high: 4096, xhigh: 8192, max: 16384 }),
);

const serviceTiers = new Map(Object.entries({ default: 'standard_only', priority: 'auto' }));

/** Throws `unsupported_parameter` or `invalid_request` for what Anthropic cannot be sent. */
export function buildRequest(call: ChatCall, host: ClaudeHost = anthropicHost): OutboundRequest {
  return inNameOf(host.provider, () => translateChecked(call, host));
}

function translateChecked(call: ChatCall, host: ClaudeHost): OutboundRequest {
  try {
    return translate(call, host);
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    // Bodies are the client's word: members of unexpected types show where they are used.
    const facts = { reason: 'A member of the request has a type that the API does not define.' };
    throw new GatewayError('invalid_request', { facts, provider: 'anthropic', cause });
  }
}

function translate(call: ChatCall, host: ClaudeHost): OutboundRequest {
  const { parameters, model } = call;
  const traits = host.traits(model);
  const asked = withoutNeutral(call.body, traits.sampling ? neutral : neutralWithoutSampling);
  const context = { provider: host.provider, model };
  const body = applyParameterPolicy(asked, supportedParams(model), true, parameters, context) as ChatCompletionRequest;
  const betas = new Set<string>();
  const { system, turns } = buildMessages(body.messages, betas, parameters.mayModify);

  const given = body.max_completion_tokens ?? body.max_tokens ?? undefined;
  const thinking = buildThinking(body, traits, turns, given, parameters.mayModify);
  const spare = thinking?.type === 'enabled' ? thinking.budget_tokens : 0;
  const wire: AnthropicRequest = {
    ...(host.bodyVersion === undefined ? { model } : { anthropic_version: host.bodyVersion }),
    max_tokens: given ?? defaultTokens(parameters.provider['default_max_tokens']) + spare,
    messages: turns,
  };
  for (const name in body) if (!translated.has(name) && body[name] != null) wire[name] = body[name];
  if (system.length > 0) wire.system = joinSystem(system);
  if (thinking) wire.thinking = thinking;
  const isThinking = thinking !== undefined && thinking.type !== 'disabled';
  const { tools, choice } = buildTools(body, turns, traits, isThinking, betas);
  if (tools.length > 0) wire.tools = tools;
  if (choice) wire.tool_choice = choice;
  const output = buildOutputConfig(body, traits);
  if (output) wire.output_config = output;
  addPlainParameters(body, wire);
  if (call.stream && host.streamInBody !== false) wire.stream = true;
  Object.assign(wire, parameters.extraBody);
  addBodyBetas(wire, betas);
  const headers = buildHeaders(host, parameters.extraHeaders, betas);
  if (host.betasInBody && betas.size > 0) wire['anthropic_beta'] = [...betas];
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: host.path(call),
    headers,
    body: JSON.stringify(wire),
  };
}

/** Adds the betas that `extra_headers` names to `betas`. */
function buildHeaders(
  host: ClaudeHost,
  extra: Readonly<Record<string, string>> | undefined,
  betas: Set<string>,
): Record<string, string> {
  const { 'anthropic-beta': named = '', ...others } = extra ?? {};
  for (const beta of named.split(',')) if (!isBlank(beta)) betas.add(beta.trim());
  return {
    'content-type': 'application/json',
    ...(host.bodyVersion === undefined && { 'anthropic-version': apiVersion }),
    ...others,
    ...(betas.size > 0 && !host.betasInBody && { 'anthropic-beta': [...betas].join(',') }),
  };
}

function withoutNeutral(
  body: ChatCompletionRequest,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const names = Object.keys(values).filter((name) => body[name] === values[name]);
  return names.length === 0 ? body : { ...body, ...Object.fromEntries(names.map((name) => [name, null])) };
}

function defaultTokens(configured: unknown): number {
  return typeof configured === 'number' ? configured : defaultMaxTokens;
}

function buildThinking(
  body: ChatCompletionRequest,
  traits: ModelTraits,
  turns: readonly AnthropicTurn[],
  maxTokens: number | undefined,
  mayModify: boolean,
): AnthropicThinkingConfig | undefined {
  const given = body['thinking'] as AnthropicThinkingConfig | null | undefined;
  if (given) return given.type === 'enabled' && mayModify && lostItsThinking(turns) ? undefined : given;
  const effort = body.reasoning_effort;
  if (!effort || effort === 'none') return undefined;
  const budget = thinkingBudgets.get(effort);
  if (!budget) return refuse('reasoning_effort', `is not one of none, ${[...thinkingBudgets.keys()].join(', ')}`);
  // From Claude 4.7 on the reasoning is left out of the answer unless it is asked for.
  if (traits.adaptiveThinking) return { type: 'adaptive', ...(!traits.sampling && { display: 'summarized' }) };
  // The budget is part of max_tokens, and must leave room for the answer.
  const room = Math.min(budget, (maxTokens ?? Infinity) - 1);
  return room < smallestBudgetTokens || lostItsThinking(turns) ? undefined : { type: 'enabled', budget_tokens: room };
}

/** With a budget, Anthropic refuses a turn with tool calls whose thinking the client did not send back. */
function lostItsThinking(turns: readonly AnthropicTurn[]): boolean {
  const { content } = turns.findLast((turn) => turn.role === 'assistant') ?? { content: [] };
  const first = content[0]?.type;
  return first !== 'thinking' && first !== 'redacted_thinking' && content.some((block) => block.type === 'tool_use');
}

function buildOutputConfig(body: ChatCompletionRequest, traits: ModelTraits): AnthropicOutputConfig | undefined {
  const given = body['output_config'] as AnthropicOutputConfig | undefined;
  const effort = traits.adaptiveThinking ? outputEffort(body.reasoning_effort, traits) : undefined;
  const schema = jsonToolSchema(body, traits) ? undefined : answerSchema(body);
  if (!effort && !schema) return given ?? undefined;
  return {
    ...given,
    ...(effort && { effort }),
    ...(schema && { format: { type: 'json_schema', schema: toStructuredSchema(schema) } }),
  };
}

function outputEffort(effort: string | null | undefined, traits: ModelTraits): string | undefined {
  if (!effort || effort === 'none') return undefined;
  if (effort === 'minimal') return 'low';
  return effort === 'xhigh' && traits.sampling ? 'max' : effort;
}

function addPlainParameters(body: ChatCompletionRequest, wire: AnthropicRequest): void {
  const stops = (typeof body.stop === 'string' ? [body.stop] : (body.stop ?? [])) as readonly unknown[];
  if (!Array.isArray(stops)) refuse('stop', 'is neither a text nor a list of texts');
  // Anthropic refuses a stop sequence of white space alone.
  const sequences = stops.filter((stop): stop is string => typeof stop === 'string' && !isBlank(stop));
  if (sequences.length > 0) wire.stop_sequences = sequences;
  const user = body.user ?? (body['metadata'] as { user_id?: unknown } | null | undefined)?.user_id;
  // Anthropic asks for an opaque id: no mail address, no telephone number.
  if (typeof user === 'string' && !/^\+?[\d\s()-]{7,}$|@/.test(user)) wire.metadata = { user_id: user };
  const tier = body['service_tier'];
  if (typeof tier === 'string') wire.service_tier = serviceTiers.get(tier) ?? tier;
}

/** Features of the body that are in beta, whether the client or `extra_body` asked for them. */
function addBodyBetas(wire: AnthropicRequest, betas: Set<string>): void {
  if (wire['context_management']) betas.add('context-management-2025-06-27');
  if (wire['output_format']) betas.add('structured-outputs-2025-11-13');
  if (!wire['mcp_servers']) return;
  const toolsets = wire.tools?.some((tool) => tool.type === 'mcp_toolset');
  betas.add(toolsets ? 'mcp-client-2025-11-20' : 'mcp-client-2025-04-04');
}
