/** A chat request of the hub as a new prediction. */
// https://replicate.com/docs/reference/http#predictions.create
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';
import type { ChatCall } from '../../spec/chat-adapter.js';
import type { OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { buildPrompt } from './build-prompt.js';

export const supportedParams: ReadonlySet<string> = new Set([
  ...['frequency_penalty', 'max_completion_tokens', 'max_tokens', 'presence_penalty', 'reasoning_effort', 'seed'],
  ...['stop', 'temperature', 'top_p'],
]);

/** Members that are translated; whatever else a client sends is an input of the model's own. */
const translated: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'stop'],
]);

export function buildRequest(call: ChatCall): OutboundRequest {
  const context = { provider: 'replicate', model: call.model };
  const body = applyParameterPolicy(
    call.body,
    supportedParams,
    true,
    call.parameters,
    context,
  ) as ChatCompletionRequest;
  const { path, version } = placeOf(call.model);
  const wire = {
    ...(version !== undefined && { version }),
    input: { ...buildInput(body, call.model), ...call.parameters.extraBody },
    ...(call.stream && { stream: true }),
  };
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: `${call.endpoint.basePath}${path}`,
    headers: {
      'content-type': 'application/json',
      // Most answers are there within the minute for which the service holds the request.
      ...(!call.stream && { prefer: 'wait' }),
      ...call.parameters.extraHeaders,
    },
    body: JSON.stringify(wire),
  };
}

interface Place {
  readonly path: string;
  /** Only community models are asked for by version. */
  readonly version?: string;
}

/** `owner/name`, `owner/name:version`, a version alone, or `deployments/owner/name`. */
function placeOf(model: string): Place {
  const [name = '', version] = model.split(':');
  if (version !== undefined) return { path: '/predictions', version: model };
  const steps = name.split('/').map(encodeURIComponent);
  if (steps.length === 1) return { path: '/predictions', version: name };
  if (steps[0] === 'deployments') return { path: `/${steps.join('/')}/predictions` };
  return { path: `/models/${steps.join('/')}/predictions` };
}

/** Inputs are each model's own; these names are those of the official language models, which leave out what they do not know. */
function buildInput(body: ChatCompletionRequest, model: string): Record<string, unknown> {
  const own = Object.entries(body).filter(([name, value]) => !translated.has(name) && value != null);
  const most = body.max_completion_tokens ?? body.max_tokens ?? undefined;
  const stops = [body.stop ?? []].flat();
  return {
    ...Object.fromEntries(own),
    ...buildPrompt(body.messages, model),
    ...(most !== undefined && limitOf(model, most)),
    ...(stops.length > 0 && { stop_sequences: stops.join(',') }),
  };
}

/** OpenAI's models keep its name; older Llama models know `max_new_tokens` only. */
function limitOf(model: string, most: number): Record<string, number> {
  if (model.startsWith('openai/')) return { max_completion_tokens: most };
  return { max_tokens: most, max_new_tokens: most };
}
