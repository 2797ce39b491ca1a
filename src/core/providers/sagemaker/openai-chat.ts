/** Chat with SageMaker endpoints whose container speaks OpenAI's dialect. */
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html
import type { ChatAdapter } from '../../spec/chat-adapter.js';
import { FramedStreamParser, type Unwrap } from '../bedrock/framed-stream.js';
import { openAiCompatible } from '../openai-compatible/index.js';
import { invocationHeaders, invocationPath } from './endpoint-address.js';
import { parseSagemakerError } from './parse-error.js';

const provider = 'sagemaker_chat';

const openAi = openAiCompatible({
  id: provider,
  displayName: 'Amazon SageMaker',
  docs: 'https://docs.aws.amazon.com/sagemaker/latest/dg/realtime-endpoints-test-endpoints.html',
  env: { apiKey: [] },
}).chat as ChatAdapter;

/** A part holds some bytes of the container's own stream, cut wherever that came to be. */
export const unwrapPart: Unwrap = ({ name, payload }) => (name === 'PayloadPart' ? payload : undefined);

export const sagemakerStreams: readonly string[] = ['application/vnd.amazon.eventstream'];

export const openAiChat: ChatAdapter = {
  supportedParams: (model) => openAi.supportedParams(model),
  passesUnknownParams: true,
  streamMediaTypes: sagemakerStreams,
  buildRequest(call) {
    const request = openAi.buildRequest(call);
    return { ...request, path: invocationPath(call, call.stream), headers: invocationHeaders(call) };
  },
  parseResponse: (response, call) => openAi.parseResponse(response, call),
  createStreamParser: (call) => new FramedStreamParser(openAi.createStreamParser(call), unwrapPart, provider),
  parseError: (response) => parseSagemakerError(response, provider),
};
