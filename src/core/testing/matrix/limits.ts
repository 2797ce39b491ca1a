/** What a client's dialect or a provider's wire cannot carry, and what becomes of it: the test holds the cells to this, and the page in the docs tells of it. */
import type { Answered, Asked, Feature } from './meaning.js';
import type { ClientName, ProviderName } from './sides.js';

export interface Limit {
  /** Every one where absent. */
  readonly clients?: readonly ClientName[];
  readonly providers?: readonly ProviderName[];
  readonly feature: Feature;
  /** A sentence or two for users. */
  readonly note: string;
  /** What the provider is asked instead. */
  readonly asked?: (asked: Asked) => Asked;
  /** What the client reads instead. */
  readonly answered?: (answered: Answered) => Answered;
  /** The client gets this instead of an answer. */
  readonly refusal?: { readonly status: number; readonly param: string };
}

const withoutClosing = (schema: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const { additionalProperties: _closed, ...rest } = schema;
  return rest;
};

export const limits: readonly Limit[] = [
  {
    clients: ['openai-chat', 'messages', 'gemini'],
    providers: ['openai'],
    feature: 'reasoning',
    note: "OpenAI's chat API does not show what a model reasons: the answer has no reasoning, its tokens are counted. Clients of the Responses API get OpenAI's summaries.",
    answered: (answered) => ({ ...answered, reasoning: '' }),
  },
  {
    clients: ['responses'],
    providers: ['openai'],
    feature: 'stop sequence',
    note: 'The Responses API has no stop sequences. A `stop` in the request reaches OpenAI, which refuses it: 400 with `param: "stop"`.',
    refusal: { status: 400, param: 'stop' },
  },
  {
    clients: ['responses'],
    providers: ['anthropic', 'gemini', 'bedrock', 'cohere', 'mistral', 'ollama'],
    feature: 'stop sequence',
    note: 'The Responses API has no stop sequences. A `stop` in the request is passed on as chat completions have it.',
  },
  {
    clients: ['messages'],
    providers: ['openai', 'gemini', 'cohere', 'mistral', 'ollama'],
    feature: 'stop sequence',
    note: 'The answer ends at the sequence, but does not say at which one: `stop_reason` is `end_turn`, `stop_sequence` is null.',
    answered: (answered) => ({ ...answered, stoppedBy: null }),
  },
  {
    clients: ['openai-chat', 'responses', 'messages'],
    providers: ['gemini'],
    feature: 'JSON schema',
    note: "The schema is sent in Google's subset of it: `additionalProperties` and other members that Gemini does not know are left out.",
    asked: (asked) => (asked.schema ? { ...asked, schema: withoutClosing(asked.schema) } : asked),
  },
  {
    providers: ['cohere'],
    feature: 'tools',
    note: 'What a Cohere model says before it calls a tool is its plan: clients read it as reasoning, and it goes back as the plan.',
    answered: (answered) =>
      answered.calls.length > 0 ? { ...answered, text: '', reasoning: answered.text } : answered,
  },
];

export function limitOf(client: ClientName, provider: ProviderName, feature: Feature): Limit | undefined {
  return limits.find(
    (limit) =>
      limit.feature === feature &&
      (limit.clients?.includes(client) ?? true) &&
      (limit.providers?.includes(provider) ?? true),
  );
}
