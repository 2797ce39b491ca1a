/** What OpenAI's hosts keep: a response by its id, its input, its end. */
// https://platform.openai.com/docs/api-reference/responses
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import type { Usage } from '../../spec/usage.js';
import type { StoredResponseCall, StoredResponsesAdapter } from '../../spec/stored-responses.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import type { JsonObject } from '../openai-compatible/quirk.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';
import type { ResponsesHost } from './native-responses.js';
import { ResponsesStreamTap } from './responses-stream-tap.js';
import { toUsage } from './responses-usage.js';

const methods = { read: 'GET', delete: 'DELETE', list_input_items: 'GET', cancel: 'POST' } as const;
const suffixes = { read: '', delete: '', list_input_items: '/input_items', cancel: '/cancel' } as const;

export function storedResponses(host: ResponsesHost): StoredResponsesAdapter {
  const { provider } = host;
  return {
    buildRequest: (call) => buildRequest(call, host),
    readUsage: ({ body }) => readUsage(body, provider),
    createStreamTap: () => new ResponsesStreamTap(provider),
    parseError: (response) => parseOpenAiError(response, provider),
  };
}

/** A response that failed has an error in it, and is read all the same. */
function readUsage(body: InboundResponse['body'], provider: string): Usage | undefined {
  const answer = parsed(body);
  const { object } = answer;
  if (object === 'response') return toUsage(answer);
  if (object === 'list' || object === 'response.deleted') return undefined;
  readJsonAnswer(body, provider);
  throw invalidAnswer(provider, 'neither a response nor a list');
}

function parsed(body: InboundResponse['body']): JsonObject {
  try {
    return objectOf(JSON.parse(new TextDecoder().decode(body)));
  } catch {
    // No JSON: who reads it next says so.
    return {};
  }
}

function buildRequest(call: StoredResponseCall, host: ResponsesHost): OutboundRequest {
  const { action, stream, parameters } = call;
  return {
    method: methods[action],
    origin: call.endpoint.origin,
    path: pathOf(call, host.path(call)),
    headers: {
      accept: stream ? 'text/event-stream' : 'application/json',
      ...(action === 'cancel' && { 'content-type': 'application/json' }),
      ...host.headers?.(call),
      ...parameters.extraHeaders,
    },
  };
}

/** Below the path at which responses are made, and with the version that it may carry. */
function pathOf({ id, action, query }: StoredResponseCall, collection: string): string {
  const [path = '', version] = collection.split('?', 2);
  const given = new URLSearchParams(query.map(([name, value]) => [name, value] as [string, string])).toString();
  const search = [version, given].filter((part) => part !== undefined && part !== '').join('&');
  const target = `${path}/${encodeURIComponent(id)}${suffixes[action]}`;
  return search === '' ? target : `${target}?${search}`;
}
