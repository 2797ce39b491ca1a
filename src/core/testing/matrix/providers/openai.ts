/** OpenAI as an upstream: chat completions, and the Responses API for clients that speak it. */
import { openai } from '../../../providers/openai/index.js';
import type { JsonObject } from '../meaning.js';
import type { Provider } from '../sides.js';
import { expectEqual, parseObject } from '../strict-json.js';
import { answerChat, understandChat, type ChatServer } from './chat-wire.js';
import { answerResponses, refuseUnknown, understandResponses } from './responses-wire.js';

const reasoningModel = 'gpt-5';

const server: ChatServer = {
  members: [
    ...['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'tools'],
    ...['response_format', 'reasoning_effort', 'stop'],
  ],
  callId: /^.{1,40}$/,
  newCallId: (position) => `call_m${position}`,
  // https://platform.openai.com/docs/guides/reasoning
  reasons(body: JsonObject) {
    const reasons = body['reasoning_effort'] !== undefined;
    if (body['model'] === reasoningModel) expectEqual(body['max_tokens'], undefined, 'max_tokens of a reasoning model');
    else expectEqual(reasons, false, 'reasoning_effort of a model that does not reason');
    return reasons;
  },
  alwaysCounts: false,
  countsDetails: true,
};

const isResponses = ({ path }: { readonly path: string }): boolean => path.endsWith('/responses');

export const openaiUpstream: Provider = {
  name: 'openai',
  title: 'OpenAI',
  definition: openai,
  credentials: { apiKey: 'test-key' },
  model: (feature) => (feature === 'reasoning' ? reasoningModel : 'gpt-4.1'),
  tells: { cached: true, reasoningTokens: true, stoppedBy: false },
  refuse: (request) => (isResponses(request) ? refuseUnknown(parseObject(request.body, 'the body')) : undefined),
  understand(request) {
    if (isResponses(request)) return understandResponses(request.body);
    expectEqual(request.path, '/v1/chat/completions', 'the path');
    return understandChat(request.body, server);
  },
  answer: (request, asked, answer) =>
    isResponses(request)
      ? answerResponses(asked, answer)
      : answerChat(parseObject(request.body, 'the body'), asked, answer, server),
};
