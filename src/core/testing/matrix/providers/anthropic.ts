/** Anthropic as an upstream: the Messages API. */
import { anthropic } from '../../../providers/anthropic/index.js';
import type { Provider } from '../sides.js';
import { expectEqual, textOf, writeEvents } from '../strict-json.js';
import { messageEvents, understandMessages, wholeMessage } from './messages-wire.js';

export const anthropicUpstream: Provider = {
  name: 'anthropic',
  title: 'Anthropic',
  definition: anthropic,
  credentials: { apiKey: 'test-key' },
  model: () => 'claude-sonnet-4-5',
  tells: { cached: true, reasoningTokens: false, stoppedBy: true },
  understand(request) {
    expectEqual(request.path, '/v1/messages', 'the path');
    expectEqual(request.headers['anthropic-version'], '2023-06-01', 'anthropic-version');
    const { asked, body } = understandMessages(request.body, ['model', 'stream']);
    return { ...asked, model: textOf(body['model'], 'model'), stream: body['stream'] === true };
  },
  answer: (_request, asked, answer) =>
    asked.stream
      ? { contentType: 'text/event-stream; charset=utf-8', body: writeEvents(messageEvents(asked, answer), true) }
      : { contentType: 'application/json', body: JSON.stringify(wholeMessage(asked, answer)) },
};
