/** What any client must see of the replayed answers: one table of what the providers said, and each client's words for it. */
import { findRecorded } from './recorded-answers.js';

export type Provider = 'openai' | 'anthropic' | 'gemini' | 'bedrock';
export const providers: readonly Provider[] = ['openai', 'anthropic', 'gemini', 'bedrock'];

/** Tokens of the question and of the answer. */
export type Counts = readonly [number, number];

export interface SeenError {
  /** The class of the client's error. */
  readonly error: string;
  readonly status: number | null;
  readonly message: string;
}

interface Failure {
  readonly status: number;
  /** A part of what the provider said; of some it said nothing. */
  readonly said: string;
  readonly retryAfter?: string;
}

/** What a provider said in its recorded answers. */
interface Said {
  readonly chat: { readonly text: string; readonly usage: Counts };
  readonly stream: { readonly text: string; readonly usage: Counts };
  /** Gemini numbers no calls; its clients' ids are the gateway's. */
  readonly callIds: readonly [string, string] | null;
  /** What the first call is signed with, and must come back with. */
  readonly callSignature?: string;
  readonly afterTools: string;
  readonly thoughts: { readonly whole: Thoughts; readonly streamed: Thoughts };
  readonly failures: Readonly<Record<'permission' | 'not-found' | 'rate-limit' | 'overloaded', Failure>>;
  /** What came before the stream broke, and what is told of that. */
  readonly broken: { readonly text: string; readonly said: string };
}

interface Thoughts {
  /** OpenAI keeps them to itself. */
  readonly thought: string;
  /** Null where the provider signs nothing. */
  readonly signature: string | null;
  readonly text: string;
}

const paris = 'The capital of France is Paris.';
const oslo = 'Oslo: -3 °C, 14:05.';
/** Many scripts, joined emoji and combining marks, as recorded. */
const multilingual = textOfChat('openai');

function textOfChat(provider: 'openai'): string {
  const { body } = findRecorded(`${provider}/chat`) as { body: { choices: [{ message: { content: string } }] } };
  return body.choices[0].message.content;
}

export const said: Readonly<Record<Provider, Said>> = {
  openai: {
    chat: { text: multilingual, usage: [14, 8] },
    stream: { text: paris, usage: [14, 8] },
    callIds: ['call_W1', 'call_T2'],
    afterTools: oslo,
    thoughts: {
      whole: { thought: '', signature: null, text: paris },
      streamed: { thought: '', signature: null, text: paris },
    },
    failures: {
      permission: { status: 403, said: 'You are not allowed to use this model.' },
      'not-found': { status: 404, said: 'The model `gpt-9` does not exist.' },
      'rate-limit': { status: 429, said: 'Rate limit reached for gpt-4o.', retryAfter: '7' },
      overloaded: { status: 502, said: '' },
    },
    broken: { text: 'The cap', said: 'The connection to the provider broke' },
  },
  anthropic: {
    chat: { text: 'Tokyo.', usage: [14, 9] },
    stream: { text: paris, usage: [14, 9] },
    callIds: ['toolu_01W1', 'toolu_01T2'],
    afterTools: 'A pixel.',
    thoughts: {
      whole: { thought: 'Let me recall. Paris.', signature: 'EqMBsig==', text: paris },
      streamed: { thought: 'Let me recall.', signature: 'EqMBsig==', text: 'Paris.' },
    },
    failures: {
      permission: { status: 403, said: 'does not have permission to use the specified resource' },
      'not-found': { status: 404, said: 'model: claude-9' },
      'rate-limit': { status: 429, said: 'rate limit', retryAfter: '7' },
      overloaded: { status: 529, said: 'Overloaded' },
    },
    broken: { text: 'Par', said: 'Overloaded' },
  },
  gemini: {
    chat: { text: paris, usage: [8, 7] },
    stream: { text: paris, usage: [8, 7] },
    callIds: null,
    callSignature: 'c2lnbmVkLWNhbGw=',
    afterTools: '-3 C.',
    thoughts: {
      whole: { thought: 'Recalling.', signature: null, text: paris },
      streamed: { thought: 'Recalling.', signature: null, text: 'Paris.' },
    },
    failures: {
      permission: { status: 403, said: "Method doesn't allow unregistered callers." },
      'not-found': { status: 404, said: 'models/gemini-9 is not found' },
      'rate-limit': { status: 429, said: 'Quota exceeded.', retryAfter: '37' },
      overloaded: { status: 503, said: 'The model is overloaded.' },
    },
    broken: { text: 'A', said: 'The model is overloaded.' },
  },
  bedrock: {
    chat: { text: multilingual, usage: [14, 9] },
    stream: { text: paris, usage: [14, 9] },
    callIds: ['tooluse_W1', 'tooluse_T2'],
    afterTools: oslo,
    thoughts: {
      whole: { thought: 'Recall.', signature: 'sigB', text: paris },
      streamed: { thought: 'Recall.', signature: 'sigB', text: 'Paris.' },
    },
    failures: {
      permission: { status: 403, said: "You don't have access to the model with the specified model ID." },
      'not-found': { status: 404, said: 'The model is not found.' },
      'rate-limit': { status: 429, said: 'Too many requests' },
      overloaded: { status: 503, said: '' },
    },
    broken: { text: 'Par', said: 'Rate exceeded mid-stream' },
  },
};

/** What must reach the model again, by the scenario in which the client sends it back. */
export function signaturesOf({ thoughts, callSignature }: Said): readonly (readonly [string, string])[] {
  const { signature } = thoughts.whole;
  return [
    ...(signature === null ? [] : [['thinking', signature] as const]),
    ...(callSignature === undefined ? [] : [['agent', callSignature] as const]),
  ];
}

/** OpenAI's Responses API has recorded answers of its own. */
export const saidInResponses: typeof said = {
  ...said,
  openai: {
    ...said.openai,
    chat: { text: 'Paris.', usage: [14, 8] },
    stream: { text: 'Paris.', usage: [14, 8] },
    thoughts: {
      whole: { thought: 'Recalling.', signature: 'gAAAAABrecorded==', text: paris },
      streamed: { thought: 'Recalling.', signature: 'gAAAAABrecorded==', text: 'Paris.' },
    },
    broken: { text: 'Par', said: 'The server had an error' },
  },
};

/** What every provider's streamed answer to the tools' results says. */
export const streamedAfterTools = oslo;
export const facts = { city: 'Paris', population: 2_102_650, tags: ['capital', 'seine'] };

/** Of two texts; null where the provider has no embeddings. */
export const recordedVectors: Readonly<Record<Provider, readonly (readonly number[])[] | null>> = {
  openai: [
    [0.01, -0.02, 0.5],
    [0.02, -0.02, 0.5],
  ],
  anthropic: null,
  gemini: [
    [0.1, 0.2],
    [0.3, -0.4],
  ],
  bedrock: [
    [1, 0],
    [1, 0],
  ],
};

/** One client's words for why an answer ended. */
export interface Words {
  readonly stop: string;
  readonly tools: string;
}

/** The calls that every provider's model makes. */
export function expectedCalls(provider: Provider, finish: string): unknown {
  const [weather, time] = said[provider].callIds ?? [anyText, anyText];
  return {
    finish,
    calls: [
      { id: weather, name: 'get_weather', arguments: { city: 'Oslo', unit: 'celsius' } },
      { id: time, name: 'get_time', arguments: { city: 'Oslo' } },
    ],
  };
}

export const anyText = expect.stringMatching(/\S/) as unknown;
export const containing = (text: string): unknown => expect.stringContaining(text);

/** A conversation without its failures, as every client of chat models reports it. */
export function expectedConversation(
  provider: Provider,
  words: Words,
  { chat, stream, afterTools } = said[provider],
): Record<string, unknown> {
  return {
    chat: { text: chat.text, finish: words.stop, usage: chat.usage },
    stream: { text: stream.text, finish: words.stop, usage: stream.usage, severalPieces: true },
    tools: expectedCalls(provider, words.tools),
    streamedTools: expectedCalls(provider, words.tools),
    afterTools,
    structured: facts,
    streamedStructured: facts,
  };
}

/** The class of a client's error by the status that the gateway answers. */
export type ErrorNames = (status: number) => string;

export function expectedFailures(provider: Provider, nameOf: ErrorNames): Record<string, unknown> {
  const entries = Object.entries(said[provider].failures).map(([scenario, { status, said: text }]) => [
    scenario,
    { error: nameOf(status), status, message: text === '' ? anyText : containing(text) },
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** The classes of clients that are generated as OpenAI's and Anthropic's are. */
export const errorNames: ErrorNames = (status) => {
  const names: Readonly<Record<number, string>> = {
    400: 'BadRequestError',
    401: 'AuthenticationError',
    403: 'PermissionDeniedError',
    404: 'NotFoundError',
    429: 'RateLimitError',
  };
  return names[status] ?? 'InternalServerError';
};
