/** Quirk: a chat request with a `suffix` becomes a request for the text between the prompt and that suffix. */
// https://docs.mistral.ai/api/endpoint/fim
import { GatewayError } from '../../errors/gateway-error.js';
import type { ChatMessage } from '../../schema/openai/chat.js';
import { textOf } from '../../schema/openai/content.js';
import type { ChatCall } from '../../spec/chat-adapter.js';
import type { JsonObject, Quirk } from '../openai-compatible/index.js';

/** What the endpoint takes besides prompt and suffix. */
const taken = [
  'temperature',
  'top_p',
  'max_tokens',
  'min_tokens',
  'stop',
  'random_seed',
  'metadata',
  'prompt_cache_key',
];

export function fillsInTheMiddle({ body }: Pick<ChatCall, 'body'>): boolean {
  return typeof body['suffix'] === 'string';
}

export const fillInTheMiddle: Quirk = {
  name: 'fill-in-the-middle',
  request(body) {
    const messages = body['messages'] as readonly ChatMessage[];
    const [only] = messages;
    if (messages.length !== 1 || only?.role !== 'user') {
      const reason = 'A request with a `suffix` must have one message of the role user: the text before the gap.';
      throw new GatewayError('invalid_request', { param: 'messages', facts: { reason } });
    }
    const kept: JsonObject = Object.fromEntries(Object.entries(body).filter(([name]) => taken.includes(name)));
    return { ...kept, prompt: textOf(only.content), suffix: body['suffix'] };
  },
};
