/** What any client must see of the replayed answers, provider by provider. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Provider = 'openai' | 'anthropic';
export const providers: readonly Provider[] = ['openai', 'anthropic'];

export interface SeenError {
  /** The class of the client's error, named as in OpenAI's documentation. */
  readonly error: string;
  readonly status: number | null;
  readonly code: string | null;
  readonly message: string;
  readonly retryAfter: string | null;
}

const weatherAndTime = (ids: readonly [string, string]) => ({
  finish: 'tool_calls',
  calls: [
    { id: ids[0], name: 'get_weather', arguments: { city: 'Oslo', unit: 'celsius' } },
    { id: ids[1], name: 'get_time', arguments: { city: 'Oslo' } },
  ],
});

const refused = (error: string, status: number, message: unknown, retryAfter: string | null = null) => ({
  error,
  status,
  code: String(status),
  message,
  retryAfter,
});

const facts = { city: 'Paris', population: 2_102_650, tags: ['capital', 'seine'] };
/** Many scripts, joined emoji and combining marks, as recorded. */
const { body: recordedChat } = JSON.parse(readFileSync(join(__dirname, 'fixtures/openai/chat.json'), 'utf8')) as {
  body: { choices: [{ message: { content: string } }] };
};
const multilingual = recordedChat.choices[0].message.content;
const paris = 'The capital of France is Paris.';
/** A UUIDv7. */
const callId = expect.stringMatching(
  /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
) as unknown;

/** By scenario; the message of an error only has to contain the provider's own. */
export function expectedOf(provider: Provider): Record<string, unknown> {
  const isOpenAi = provider === 'openai';
  const containing = (text: string): unknown => expect.stringContaining(text);
  return {
    chat: {
      role: 'assistant',
      content: isOpenAi ? multilingual : 'Tokyo.',
      finish: 'stop',
      usage: isOpenAi ? [14, 8, 22] : [14, 9, 23],
    },
    asyncChat: isOpenAi ? multilingual : 'Tokyo.',
    stream: { text: paris, finish: 'stop', usage: null },
    streamWithUsage: { text: paris, finish: 'stop', usage: isOpenAi ? [14, 8, 22] : [14, 9, 23] },
    tools: weatherAndTime(isOpenAi ? ['call_W1', 'call_T2'] : ['toolu_01W1', 'toolu_01T2']),
    streamedTools: weatherAndTime(isOpenAi ? ['call_W1', 'call_T2'] : ['toolu_01W1', 'toolu_01T2']),
    afterTools: isOpenAi ? 'Oslo: -3 °C, 14:05.' : 'A pixel.',
    parsed: facts,
    rawHeaders: { callId, modelGroup: `${provider}-chat`, content: expect.any(String) as unknown },
    permission: refused(
      'PermissionDeniedError',
      403,
      containing(
        isOpenAi ? 'You are not allowed to use this model.' : 'does not have permission to use the specified resource',
      ),
    ),
    notFound: refused(
      'NotFoundError',
      404,
      containing(isOpenAi ? 'The model `gpt-9` does not exist.' : 'model: claude-9'),
    ),
    rateLimit: refused(
      'RateLimitError',
      429,
      containing(isOpenAi ? 'Rate limit reached for gpt-4o.' : 'rate limit'),
      '7',
    ),
    overloaded: refused('InternalServerError', isOpenAi ? 502 : 529, expect.any(String)),
    streamError: {
      text: isOpenAi ? 'The cap' : 'Par',
      error: 'APIError',
      message: isOpenAi ? (expect.any(String) as unknown) : containing('Overloaded'),
    },
    timeout: 'APITimeoutError',
    abandoned: true,
  };
}

/** What does not depend on the provider. */
export function expectedOfGateway(): Record<string, unknown> {
  return {
    models: expect.arrayContaining(['openai-chat', 'anthropic-chat']),
    model: 'openai-chat',
    noSuchModel: refused('NotFoundError', 404, expect.stringContaining('no-such-model')),
    wrongKey: refused('AuthenticationError', 401, expect.stringContaining('Authentication Error')),
    keyWithoutModel: refused('PermissionDeniedError', 403, expect.stringContaining("'openai-chat' is not available")),
    unknownModel: refused(
      'BadRequestError',
      400,
      expect.stringContaining('Invalid model name passed in model=no-such-model'),
    ),
    badRequest: refused('BadRequestError', 400, expect.stringContaining('messages')),
    unreachable: 'APIConnectionError',
  };
}
