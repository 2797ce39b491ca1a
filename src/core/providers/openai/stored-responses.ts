/** What OpenAI's hosts keep: a response by its id, its input, its end. */
// https://platform.openai.com/docs/api-reference/responses
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import type { StoredResponseCall, StoredResponsesAdapter } from '../../spec/stored-responses.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';
import type { ResponsesHost } from './native-responses.js';
import { ResponsesStreamTap } from './responses-stream-tap.js';

const methods = { read: 'GET', delete: 'DELETE', list_input_items: 'GET', cancel: 'POST' } as const;
const suffixes = { read: '', delete: '', list_input_items: '/input_items', cancel: '/cancel' } as const;

export function storedResponses(host: ResponsesHost): StoredResponsesAdapter {
  const { provider } = host;
  return {
    buildRequest: (call) => buildRequest(call, host),
    checkAnswer: ({ body }) => checkAnswer(body, provider),
    createStreamTap: () => new ResponsesStreamTap(provider),
    parseError: (response) => parseOpenAiError(response, provider),
  };
}

/** A response that failed has an error in it, and is read all the same. */
function checkAnswer(body: InboundResponse['body'], provider: string): void {
  if (isStored(body)) return;
  readJsonAnswer(body, provider);
  throw invalidAnswer(provider, 'neither a response nor a list');
}

function isStored(body: InboundResponse['body']): boolean {
  try {
    const { object } = objectOf(JSON.parse(new TextDecoder().decode(body)));
    return object === 'response' || object === 'list' || object === 'response.deleted';
  } catch {
    // No JSON: who reads it next says so.
    return false;
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
