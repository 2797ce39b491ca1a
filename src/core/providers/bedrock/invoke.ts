/** InvokeModel for models that are asked in their makers' own words: Claude's messages, and OpenAI's chat for open models. */
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html and API_runtime_InvokeModelWithResponseStream.html
import type { ChatAdapter, ChatCall, ChatStreamParser } from '../../spec/chat-adapter.js';
import type { AwsStreamMessage } from '../../transport/aws-event-stream-decoder.js';
import { buildRequest } from '../anthropic/build-request.js';
import { supportedParams } from '../anthropic/model-traits.js';
import { parseResponse } from '../anthropic/parse-response.js';
import { AnthropicStreamParser } from '../anthropic/parse-stream.js';
import { openAiCompatible, type Quirk } from '../openai-compatible/index.js';
import { claudeHost } from './claude-host.js';
import { FramedStreamParser } from './framed-stream.js';
import { addressed, invokePath, withoutOwn } from './invoke-address.js';
import { eventInChunk } from './invoke-chunk.js';
import type { ModelId } from './model-id.js';
import { parseAwsError } from './parse-error.js';
import { providerId } from './provider-id.js';

/** Makers whose models take OpenAI's chat body. https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html */
const openAiShaped: ReadonlySet<string> = new Set(['openai', 'qwen']);

/** What carries the model's own answer; undefined where Converse alone serves the model. */
export function invokeAdapter({ maker }: ModelId): ChatAdapter | undefined {
  if (maker === 'anthropic') return claude;
  return openAiShaped.has(maker) ? openModels : undefined;
}

const claude: ChatAdapter = {
  supportedParams,
  passesUnknownParams: true,
  buildRequest: (call) => addressed(buildRequest(withoutOwn(call), claudeHost), call),
  parseResponse: (response, call) => parseResponse(response, call, claudeHost),
  createStreamParser: createClaudeStreamParser,
  parseError: (response) => parseAwsError(response, providerId),
};

/** Reads Claude's stream within AWS's frames. */
export function createClaudeStreamParser(call: ChatCall): ChatStreamParser {
  return new FramedStreamParser(new AnthropicStreamParser(call, claudeHost), unwrapChunk, providerId);
}

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
    return addressed({ ...request, path: invokePath(call) }, call);
  },
  parseResponse: (response, call) => openAi.parseResponse(response, call),
  createStreamParser: (call) => new FramedStreamParser(openAi.createStreamParser(call), unwrapChunk, providerId),
  parseError: (response) => parseAwsError(response, providerId),
};

/** The event of a chunk as a server-sent one. */
function unwrapChunk(message: AwsStreamMessage): Uint8Array | undefined {
  const event = eventInChunk(message);
  return event === undefined ? undefined : Buffer.from(`data: ${event.replace(/\s*\n/g, '\ndata: ')}\n\n`);
}
