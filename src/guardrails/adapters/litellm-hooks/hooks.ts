/** What a class of the operator's own may have instead of `check`: LiteLLM's hooks, in JavaScript. */
// https://docs.litellm.ai/docs/proxy/guardrails/custom_guardrail

/** One message for each text of the request, in order; a hook may change the contents in place. */
export interface HookData {
  readonly model: string;
  messages: { readonly role: string; content: string }[];
  readonly tools: readonly string[];
  readonly tool_calls: readonly HookToolCall[];
  readonly litellm_call_id: string;
  readonly metadata: { readonly tags: readonly string[] };
  /** What the request adds for this guardrail. */
  readonly extra_body: Readonly<Record<string, unknown>>;
}

export interface HookToolCall {
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface HookCaller {
  /** The hash of the key, never the key. */
  readonly api_key: string;
  readonly key_alias: string | null;
  readonly user_id: string | null;
  readonly team_id: string | null;
  readonly end_user_id: string | null;
}

/** One choice for each text of the answer, in order; a hook may change the contents in place. */
export interface HookResponse {
  readonly model: string;
  choices: { readonly index: number; readonly message: { readonly role: string; content: string } }[];
  readonly tool_calls: readonly HookToolCall[];
}

export interface HookInputs {
  texts: string[];
  readonly tools: readonly string[];
  readonly tool_calls: readonly HookToolCall[];
}

/** Each hook may throw to refuse; what it returns is checked before it is used. */
export interface CustomHooks {
  /** Sees requests and answers alike. Returns the texts, changed or not, or nothing. */
  apply_guardrail?(inputs: HookInputs, requestData: HookData, inputType: 'request' | 'response'): unknown;
  /** Returns nothing, the data, or a text that is why the request is refused. */
  async_pre_call_hook?(caller: HookCaller, cache: null, data: HookData, callType: string): unknown;
  /** Refuses by throwing. */
  async_moderation_hook?(data: HookData, caller: HookCaller, callType: string): unknown;
  /** Returns nothing or the response. */
  async_post_call_success_hook?(data: HookData, caller: HookCaller, response: HookResponse): unknown;
}

export const hookNames = [
  'apply_guardrail',
  'async_pre_call_hook',
  'async_moderation_hook',
  'async_post_call_success_hook',
] as const satisfies readonly (keyof CustomHooks)[];

/** Whether an instance of the operator's class has one of them. */
export function hasHooks(instance: object): instance is CustomHooks {
  return hookNames.some((name) => typeof (instance as CustomHooks)[name] === 'function');
}
