/** A chat request of the hub as a request to Converse or ConverseStream. */
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and API_runtime_ConverseStream.html
import { GatewayError } from '../../../errors/gateway-error.js';
import { isBlank } from '../../../schema/openai/content.js';
import type { ChatCompletionRequest } from '../../../schema/openai/chat.js';
import type { ChatCall } from '../../../spec/chat-adapter.js';
import type { OutboundRequest } from '../../../spec/outbound.js';
import { answerSchema, jsonToolSchema } from '../../anthropic/build-tools.js';
import { modelTraits } from '../../anthropic/model-traits.js';
import { toStructuredSchema } from '../../anthropic/structured-output.js';
import { applyParameterPolicy } from '../../openai-compatible/apply-parameter-policy.js';
import { inRegion } from '../aws-address.js';
import { modelPath, readModel, type ModelId } from '../model-id.js';
import { providerId, refuse } from '../provider-id.js';
import { buildMessages } from './build-messages.js';
import { buildTools } from './build-tools.js';
import { buildReasoning, topKFields, type Reasoning } from './model-fields.js';
import { familyTraits, supportedParams } from './model-family.js';
import type { ConverseBody, JsonObject, OutputConfig, ServiceTier } from './wire.js';

/** Members that are translated; of the others, Converse's own go beside them and a model's own into the additional fields. */
const translated: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'temperature', 'top_p'],
  ...['stop', 'user', 'metadata', 'service_tier', 'tools', 'tool_choice', 'parallel_tool_calls', 'functions'],
  ...['function_call', 'response_format', 'reasoning_effort', 'thinking', 'web_search_options', 'top_k'],
  ...['inferenceConfig', 'additionalModelRequestFields', 'requestMetadata', 'outputConfig', 'model_id'],
]);
const converseOwn: ReadonlySet<string> = new Set([
  ...['guardrailConfig', 'performanceConfig', 'promptVariables', 'additionalModelResponseFieldPaths', 'serviceTier'],
]);
/** Values that ask for what happens anyway. */
const neutral: Readonly<Record<string, unknown>> = {
  ...{ n: 1, presence_penalty: 0, frequency_penalty: 0, logprobs: false, store: false, parallel_tool_calls: true },
};
const neutralWithoutSampling: Readonly<Record<string, unknown>> = { ...neutral, temperature: 1, top_p: 1 };
/** Where a thinking model's answer is not limited by the client: the budget needs a limit above it. */
const defaultAnswerTokens = 4096;
const serviceTiers: ReadonlySet<string> = new Set(['default', 'flex', 'priority', 'reserved']);

/** Throws `unsupported_parameter` or `invalid_request` for what Bedrock cannot be sent. */
export function buildConverseRequest(call: ChatCall): OutboundRequest {
  const { endpoint, parameters, stream } = call;
  const model = readModel(call.model, parameters.provider);
  const { 'anthropic-beta': betas, ...headers } = parameters.extraHeaders ?? {};
  const body = checked(() => buildConverseBody(call, model, betas));
  return {
    method: 'POST',
    origin: inRegion(endpoint.origin, model.region),
    path: modelPath(endpoint.basePath, model.id, stream ? 'converse-stream' : 'converse'),
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...body, ...parameters.extraBody }),
  };
}

/** Bodies are the client's word: members of unexpected types show where they are used. */
function checked<T>(build: () => T): T {
  try {
    return build();
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    const facts = { reason: 'A member of the request has a type that the API does not define.' };
    throw new GatewayError('invalid_request', { facts, provider: providerId, cause });
  }
}

/** @param betas the value of an `anthropic-beta` header */
export function buildConverseBody(call: ChatCall, model: ModelId, betas?: string): ConverseBody {
  const { parameters } = call;
  const traits = familyTraits(model);
  const isSampled = !traits.claude || modelTraits(model.name).sampling;
  const asked = withoutNeutral(call.body, isSampled ? neutral : neutralWithoutSampling);
  const context = { provider: providerId, model: call.model };
  const body = applyParameterPolicy(asked, supportedParams(model), true, parameters, context) as ChatCompletionRequest;
  const { system, turns } = buildMessages(body.messages, parameters.mayModify);
  const maxTokens = body.max_completion_tokens ?? body.max_tokens ?? undefined;
  const reasoning = buildReasoning(body, model, traits, turns, maxTokens);
  const jsonSchema = converseJsonTool(body, model);
  const { isThinking } = reasoning;
  const tools = buildTools({ call, body, turns, traits, isThinking, jsonSchema });
  const own = Object.keys(body).filter((name) => converseOwn.has(name) && body[name] != null);
  const fields = {
    ...passedOn(body),
    ...topKFields(body['top_k'], model, traits),
    ...reasoning.fields,
    ...tools.fields,
    ...objectOf(body['additionalModelRequestFields']),
  };
  const allFields = withBetas(fields, betas);
  const inference = inferenceConfig(body, maxTokens, reasoning);
  const metadata = requestMetadata(body);
  const output = outputConfig(body, jsonSchema === undefined, reasoning);
  return {
    messages: turns,
    ...(system.length > 0 && { system }),
    ...(hasMembers(inference) && { inferenceConfig: inference }),
    ...(tools.toolConfig && { toolConfig: tools.toolConfig }),
    ...(hasMembers(allFields) && { additionalModelRequestFields: allFields }),
    ...(hasMembers(metadata) && { requestMetadata: metadata }),
    ...serviceTier(body['service_tier']),
    ...(hasMembers(output) && { outputConfig: output }),
    ...Object.fromEntries(own.map((name) => [name, body[name]])),
  };
}

/** The schema of the tool whose input is the answer, where JSON is asked of a model that cannot be held to it otherwise. */
export function converseJsonTool(body: ChatCompletionRequest, model: ModelId): JsonObject | undefined {
  const { structuredOutput } = familyTraits(model);
  return jsonToolSchema(body, { ...modelTraits(model.name), structuredOutput });
}

function withoutNeutral(body: ChatCompletionRequest, values: Readonly<Record<string, unknown>>): JsonObject {
  const names = Object.keys(values).filter((name) => body[name] === values[name]);
  return names.length === 0 ? body : { ...body, ...Object.fromEntries(names.map((name) => [name, null])) };
}

/** Parameters of the model's own. Settings of the deployment are none, whoever wrote them into the body. */
function passedOn(body: ChatCompletionRequest): JsonObject {
  const names = Object.keys(body).filter((name) => !translated.has(name) && !converseOwn.has(name));
  const given = names.filter((name) => body[name] != null && !name.startsWith('aws_'));
  return Object.fromEntries(given.map((name) => [name, body[name]]));
}

function withBetas(fields: JsonObject, header: string | undefined): JsonObject {
  const named =
    header
      ?.split(',')
      .map((beta) => beta.trim())
      .filter((beta) => beta !== '') ?? [];
  if (named.length === 0) return fields;
  const { anthropic_beta: others } = fields;
  return {
    ...fields,
    anthropic_beta: [...new Set([...(Array.isArray(others) ? (others as string[]) : []), ...named])],
  };
}

function inferenceConfig(
  body: ChatCompletionRequest,
  given: number | undefined,
  { budgetTokens }: Reasoning,
): NonNullable<ConverseBody['inferenceConfig']> {
  const maxTokens = given ?? (budgetTokens > 0 ? defaultAnswerTokens + budgetTokens : undefined);
  const stops = (typeof body.stop === 'string' ? [body.stop] : (body.stop ?? [])) as readonly unknown[];
  if (!Array.isArray(stops)) return refuse('stop', 'is neither a text nor a list of texts');
  // Models refuse a stop sequence of white space alone.
  const stopSequences = stops.filter((stop): stop is string => typeof stop === 'string' && !isBlank(stop));
  const { temperature, top_p: topP } = body;
  return {
    ...(maxTokens !== undefined && { maxTokens }),
    ...(temperature != null && { temperature }),
    ...(topP != null && { topP }),
    ...(stopSequences.length > 0 && { stopSequences }),
    ...objectOf(body['inferenceConfig']),
  };
}

/** What goes into the invocation logs, as far as Bedrock takes it: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
function requestMetadata(body: ChatCompletionRequest): Record<string, string> {
  const given = { ...(body.user != null && { user: body.user }), ...objectOf(body['metadata']) };
  const fitting = Object.entries(given).filter(
    (entry): entry is [string, string] => isMetadata(entry[0]) && entry[0] !== '' && isMetadata(entry[1]),
  );
  const own = objectOf(body['requestMetadata']) as Record<string, string>;
  return { ...Object.fromEntries(fitting.slice(0, Math.max(16 - Object.keys(own).length, 0))), ...own };
}

function isMetadata(text: unknown): boolean {
  return typeof text === 'string' && /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/.test(text);
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/service-tiers-inference.html */
function serviceTier(tier: unknown): Pick<ConverseBody, 'serviceTier'> {
  if (tier === null || tier === undefined || tier === 'auto') return {};
  if (typeof tier !== 'string' || !serviceTiers.has(tier))
    return refuse('service_tier', `is not one of auto, ${[...serviceTiers].join(', ')}`);
  return { serviceTier: { type: tier as ServiceTier } };
}

function outputConfig(body: ChatCompletionRequest, isNative: boolean, { effort }: Reasoning): OutputConfig {
  const schema = isNative ? answerSchema(body) : undefined;
  const format = body.response_format;
  const { name, description } = format?.type === 'json_schema' ? (format.json_schema ?? {}) : {};
  const jsonSchema = schema && {
    schema: JSON.stringify(toStructuredSchema(schema)),
    ...(name && { name }),
    ...(description && { description }),
  };
  return {
    ...(jsonSchema && { textFormat: { type: 'json_schema', structure: { jsonSchema } } }),
    ...(effort && { effort }),
    ...objectOf(body['outputConfig']),
  };
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function hasMembers(value: object): boolean {
  return Object.keys(value).length > 0;
}
