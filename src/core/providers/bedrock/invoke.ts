/** InvokeModel for models that are asked in their makers' own words: Claude's messages, and OpenAI's chat for open models. */
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html and API_runtime_InvokeModelWithResponseStream.html
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import type { ChatAdapter, ChatCall } from '../../spec/chat-adapter.js';
import type { OutboundRequest } from '../../spec/outbound.js';
import type { AwsStreamMessage } from '../../transport/aws-event-stream-decoder.js';
import { buildRequest } from '../anthropic/build-request.js';
import type { ClaudeHost } from '../anthropic/claude-host.js';
import { modelTraits, supportedParams } from '../anthropic/model-traits.js';
import { parseResponse } from '../anthropic/parse-response.js';
import { AnthropicStreamParser } from '../anthropic/parse-stream.js';
import { openAiCompatible, type Quirk } from '../openai-compatible/index.js';
import { inRegion } from './aws-address.js';
import { FramedStreamParser } from './framed-stream.js';
import { modelPath, readModel, type ModelId } from './model-id.js';
import { parseAwsError } from './parse-error.js';
import { invalidAnswer, providerId } from './provider-id.js';

/** Makers whose models take OpenAI's chat body. https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html */
const openAiShaped: ReadonlySet<string> = new Set(['openai', 'qwen']);

/** What carries the model's own answer; undefined where Converse alone serves the model. */
export function invokeAdapter({ maker }: ModelId): ChatAdapter | undefined {
  if (maker === 'anthropic') return claude;
  return openAiShaped.has(maker) ? openModels : undefined;
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html */
const host: ClaudeHost = {
  provider: providerId,
  bodyVersion: 'bedrock-2023-05-31',
  betasInBody: true,
  streamInBody: false,
  path: pathOf,
  traits: modelTraits,
};

const claude: ChatAdapter = {
  supportedParams,
  passesUnknownParams: true,
  buildRequest: (call) => addressed(buildRequest(withoutOwn(call), host), call),
  parseResponse: (response, call) => parseResponse(response, call, host),
  createStreamParser: (call) => new FramedStreamParser(new AnthropicStreamParser(call, host), unwrapChunk, providerId),
  parseError: (response) => parseAwsError(response, providerId),
};

/** Streams count in the last chunk. https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html */
const invocationMetrics: Quirk = {
  name: 'invocation-metrics',
  usage(chunk) {
    const metrics = chunk['amazon-bedrock-invocationMetrics'];
    if (typeof metrics !== 'object' || metrics === null) return undefined;
    const { inputTokenCount, outputTokenCount } = metrics as Readonly<Record<string, unknown>>;
    return { prompt_tokens: inputTokenCount, completion_tokens: outputTokenCount };
  },
  chunk({ 'amazon-bedrock-invocationMetrics': _metrics, ...chunk }) {
    return chunk;
  },
};

const openAi = openAiCompatible({
  id: providerId,
  displayName: 'Amazon Bedrock',
  docs: 'https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html',
  env: { apiKey: [] },
  asksForStreamUsage: false,
  // The address names the model.
  modelMembers: () => ({}),
  quirks: [invocationMetrics],
}).chat as ChatAdapter;

const openModels: ChatAdapter = {
  supportedParams: (model) => openAi.supportedParams(model),
  passesUnknownParams: true,
  buildRequest(call) {
    // The address says whether the answer is a stream, so the body does not.
    const { stream: _stream, ...body } = withoutOwn(call).body;
    const request = openAi.buildRequest({ ...call, body, stream: false });
    return addressed({ ...request, path: pathOf(call) }, call);
  },
  parseResponse: (response, call) => openAi.parseResponse(response, call),
  createStreamParser: (call) => new FramedStreamParser(openAi.createStreamParser(call), unwrapChunk, providerId),
  parseError: (response) => parseAwsError(response, providerId),
};

function pathOf({
  endpoint,
  model,
  parameters,
  stream,
}: Pick<ChatCall, 'endpoint' | 'model' | 'parameters' | 'stream'>): string {
  const { id } = readModel(model, parameters.provider);
  return modelPath(endpoint.basePath, id, stream ? 'invoke-with-response-stream' : 'invoke');
}

/** Members of Converse, which are headers here or unknown. */
const own: ReadonlySet<string> = new Set([
  ...['guardrailConfig', 'performanceConfig', 'serviceTier', 'service_tier', 'requestMetadata', 'promptVariables'],
  ...['additionalModelRequestFields', 'additionalModelResponseFieldPaths', 'model_id'],
]);

function withoutOwn(call: ChatCall): ChatCall {
  const kept = Object.entries(call.body).filter(([name]) => !own.has(name) && !name.startsWith('aws_'));
  return { ...call, body: Object.fromEntries(kept) as ChatCompletionRequest };
}

function addressed(request: OutboundRequest, call: ChatCall): OutboundRequest {
  const { region } = readModel(call.model, call.parameters.provider);
  const { guardrailConfig, performanceConfig, serviceTier, service_tier: tier } = call.body;
  const guardrail = objectOf(guardrailConfig);
  const headers = {
    'x-amzn-bedrock-guardrailidentifier': guardrail['guardrailIdentifier'],
    'x-amzn-bedrock-guardrailversion': guardrail['guardrailVersion'],
    'x-amzn-bedrock-trace': typeof guardrail['trace'] === 'string' ? guardrail['trace'].toUpperCase() : undefined,
    'x-amzn-bedrock-performanceconfig-latency': objectOf(performanceConfig)['latency'],
    'x-amzn-bedrock-service-tier': objectOf(serviceTier)['type'] ?? (tier === 'auto' ? undefined : tier),
  };
  const given = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return {
    ...request,
    origin: inRegion(request.origin, region),
    headers: { ...Object.fromEntries(given), ...request.headers },
  };
}

/** `{bytes}` is one event of the model's own stream, in base64. */
function unwrapChunk({ name, payload }: AwsStreamMessage): Uint8Array | undefined {
  if (name !== 'chunk') return undefined;
  let bytes: unknown;
  try {
    ({ bytes } = JSON.parse(new TextDecoder().decode(payload)) as { bytes?: unknown });
  } catch (cause) {
    throw invalidAnswer('a chunk of its stream is not JSON', cause);
  }
  if (typeof bytes !== 'string') throw invalidAnswer('a chunk of its stream has no bytes');
  const event = Buffer.from(bytes, 'base64').toString().replace(/\s*\n/g, '\ndata: ');
  return Buffer.from(`data: ${event}\n\n`);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
