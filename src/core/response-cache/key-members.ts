/** Which members of a request are part of its key, decided member by member: whatever is not named here changes the answer. */
import type { AnswerKind } from '../spec/index.js';

/** Members that say who asks, how it is sent or what is done besides: the same answer whatever they are. */
const withoutEffect: ReadonlySet<string> = new Set([
  // Named by the key in other words: the model group, and the form of the answer.
  ...['model', 'stream'],
  // Who asks, and what the provider makes of that.
  ...['user', 'safety_identifier', 'metadata', 'prompt_cache_key', 'prompt_cache_retention'],
  // The gateway's business.
  ...['litellm_metadata', 'litellm_session_id', 'litellm_trace_id', 'litellm_call_id', 'tags', 'cache', 'caching'],
  ...['timeout', 'request_timeout', 'stream_timeout', 'num_retries', 'max_retries', 'priority', 'ttl'],
  // An answer of another model group than the one that was asked for is not kept.
  ...['fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks', 'disable_fallbacks'],
]);

/** Without effect as a rule, and repeated in this kind's answers. */
const repeatedInAnswers: Partial<Record<AnswerKind, ReadonlySet<string>>> = {
  'openai-responses': new Set(['user', 'safety_identifier', 'metadata', 'prompt_cache_key', 'prompt_cache_retention']),
};

/** Requests with one of these are not looked up and their answers not kept. */
const notKept: readonly { readonly member: string; readonly when: (value: unknown) => boolean }[] = [
  // Something is made at the provider that a kept answer would not make again.
  { member: 'background', when: (value) => value === true },
  { member: 'conversation', when: isGiven },
  // Its client wants nothing of it kept.
  { member: 'turn_off_message_logging', when: (value) => value === true },
  { member: 'no-log', when: (value) => value === true },
  // No model's answers.
  ...['mock_response', 'mock_timeout', 'mock_testing_fallbacks', 'mock_testing_context_fallbacks'].map(ofMocks),
  ...['mock_testing_content_policy_fallbacks', 'mock_testing_rate_limit_error'].map(ofMocks),
];

type Body = Readonly<Record<string, unknown>>;

/** False for a request whose answer is made anew each time. */
export function isKept(kind: AnswerKind, body: Body): boolean {
  // A chat completion that the provider is to keep; responses are kept unless a request says otherwise.
  if (kind === 'openai-chat' && body['store'] === true) return false;
  return !notKept.some(({ member, when }) => when(body[member]));
}

/** Those members of a request that its answer depends on. */
export function keyMembers(kind: AnswerKind, body: Body, stream: boolean): Body {
  const members: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) if (isKeyMember(kind, name, value, stream)) members[name] = value;
  return members;
}

function isKeyMember(kind: AnswerKind, name: string, value: unknown, stream: boolean): boolean {
  // Null is what APIs take for a member that is left out.
  if (!isGiven(value)) return false;
  if (name === 'stream_options') return stream;
  return !withoutEffect.has(name) || repeatedInAnswers[kind]?.has(name) === true;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function ofMocks(member: string): (typeof notKept)[number] {
  return { member, when: (value) => isGiven(value) && value !== false };
}
