/** The native pair for clients that speak the Responses API: bytes through, the model's name changed in place. */
// https://platform.openai.com/docs/api-reference/responses
import type { ResponsesRequest } from '../../schema/openai/responses.js';
import type { NativeAdapter, NativeCall } from '../../spec/chat-adapter.js';
import type { OutboundRequest } from '../../spec/outbound.js';
import { applySplices, scanTopLevel } from '../openai-compatible/json-splice.js';
import type { RequestTarget } from '../openai-compatible/quirk.js';
import { invalidAnswer, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { ownInput } from './own-input.js';
import { ResponsesStreamTap } from './responses-stream-tap.js';
import { toUsage } from './responses-usage.js';

/** Where a provider of the API is not OpenAI itself. */
export interface ResponsesHost {
  /** The id of the provider, for errors. */
  readonly provider: string;
  /** Path and query of a request. */
  readonly path: (call: RequestTarget) => string;
  /** The name that the host knows the model by, where it is not the deployment's own. */
  readonly model?: (call: NativeCall<ResponsesRequest>) => string;
  readonly headers?: (call: RequestTarget) => Readonly<Record<string, string>> | undefined;
}

export function nativeResponses(host: ResponsesHost): NativeAdapter<ResponsesRequest> {
  return {
    accepts: () => true,
    buildRequest: (call) => buildRequest(call, host),
    readResponse({ body }) {
      const answer = readJsonAnswer(body, host.provider);
      if (!Array.isArray(answer['output'])) throw invalidAnswer(host.provider, 'a response without output');
      return { body, usage: toUsage(answer) };
    },
    createStreamTap: () => new ResponsesStreamTap(host.provider),
  };
}

function buildRequest(call: NativeCall<ResponsesRequest>, host: ResponsesHost): OutboundRequest {
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: host.path(call),
    headers: {
      'content-type': 'application/json',
      accept: call.stream ? 'text/event-stream' : 'application/json',
      ...host.headers?.(call),
      ...call.parameters.extraHeaders,
    },
    body: bodyOf(call, host.model?.(call) ?? call.model),
  };
}

/** The client's bytes where only the model's name changes; written anew where the deployment adds or takes out members. */
function bodyOf(call: NativeCall<ResponsesRequest>, model: string): Buffer | string {
  const { alwaysDrop, extraBody } = call.parameters;
  const dropped = alwaysDrop.filter((name) => name in call.body && name !== 'model' && name !== 'input');
  const text = call.bytes.toString('latin1');
  const input = ownInput(call.body, text);
  if (dropped.length === 0 && !extraBody && input === call.body.input) {
    const span = scanTopLevel(text, ['model'], call.body)?.spans.get('model');
    if (span && call.body.model === model) return call.bytes;
    if (span) return applySplices(text, [{ ...span, text: JSON.stringify(model) }]);
  }
  const kept = Object.entries(call.body).filter(([name]) => !dropped.includes(name));
  return JSON.stringify({ ...Object.fromEntries(kept), input, ...extraBody, model });
}
