/** The native pair for clients that speak generateContent: what they send and what Gemini answers pass as they are. */
import type { GenerateContentRequest } from '../../schema/google/generate-content-request.js';
import type { NativeAdapter, NativeCall } from '../../spec/chat-adapter.js';
import type { OutboundRequest } from '../../spec/outbound.js';
import { GenerateContentTap } from './generate-content-tap.js';
import type { GeminiHost } from './gemini-host.js';
import { countSearches, toUsage } from './map-usage.js';
import { parseAnswer } from './parse-error.js';
import { withSignatures } from './thought-signature.js';
import { invalidAnswer } from '../openai-compatible/read-answer.js';

export function nativeGenerateContent(host: GeminiHost): NativeAdapter<GenerateContentRequest> {
  return {
    accepts: () => true,
    buildRequest: (call) => buildRequest(call, host),
    readResponse({ body }, { model }) {
      const answer = parseAnswer(body.toString(), host.provider, 'upstream_internal');
      if (!answer.candidates && !answer.promptFeedback)
        throw invalidAnswer(host.provider, 'an answer without candidates');
      return { body, usage: toUsage(answer.usageMetadata, countSearches(answer, model)) };
    },
    createStreamTap: ({ model }) => new GenerateContentTap(host.provider, model),
  };
}

/** The model stands in the path; a stream is always asked for as events. */
function buildRequest(call: NativeCall<GenerateContentRequest>, host: GeminiHost): OutboundRequest {
  const { alwaysDrop, extraBody, extraHeaders } = call.parameters;
  const { model: _model, ...body } = call.body;
  const kept = Object.fromEntries(Object.entries(body).filter(([name]) => !alwaysDrop.includes(name)));
  const method = call.stream ? 'streamGenerateContent' : 'generateContent';
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: `${host.path(call, method)}${call.stream ? '?alt=sse' : ''}`,
    headers: { 'content-type': 'application/json', ...extraHeaders },
    body: JSON.stringify({ ...kept, contents: withSignatures(call.body.contents, call.model), ...extraBody }),
  };
}
