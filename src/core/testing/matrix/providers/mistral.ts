/** Mistral as an upstream: OpenAI's chat with a closed schema, ids of nine characters, and thoughts as parts of the content. */
// https://docs.mistral.ai/api/endpoint/chat , https://docs.mistral.ai/capabilities/reasoning
import { mistral } from '../../../providers/mistral/index.js';
import type { Answered } from '../meaning.js';
import type { Provider } from '../sides.js';
import { expectEqual, parseObject, pieces } from '../strict-json.js';
import { answerChat, understandChat, type ChatServer } from './chat-wire.js';

const reasoningModel = 'magistral-medium-latest';

const thought = (text: string): object => ({ type: 'thinking', thinking: [{ type: 'text', text }] });

const server: ChatServer = {
  members: ['model', 'messages', 'stream', 'max_tokens', 'tools', 'response_format', 'prompt_mode', 'stop'],
  callId: /^[a-zA-Z0-9]{9}$/,
  newCallId: (position) => `D681Pev0${position}`,
  reasons(body) {
    const reasons = body['prompt_mode'] === 'reasoning';
    expectEqual(reasons, body['model'] === reasoningModel, 'prompt_mode');
    return reasons;
  },
  content: ({ reasoning, text }: Answered) =>
    reasoning === ''
      ? undefined
      : [
          { ...thought(reasoning), closed: true },
          { type: 'text', text },
        ],
  deltas: ({ reasoning, text }) => [...pieces(reasoning).map((piece) => [thought(piece)]), ...pieces(text)],
  alwaysCounts: true,
  countsDetails: false,
};

export const mistralUpstream: Provider = {
  name: 'mistral',
  title: 'Mistral',
  definition: mistral,
  credentials: { apiKey: 'test-key' },
  model: (feature) => (feature === 'reasoning' ? reasoningModel : 'mistral-medium-latest'),
  tells: { cached: false, reasoningTokens: false, stoppedBy: false },
  understand(request) {
    expectEqual(request.path, '/v1/chat/completions', 'the path');
    return understandChat(request.body, server);
  },
  answer: (request, asked, answer) => answerChat(parseObject(request.body, 'the body'), asked, answer, server),
};
