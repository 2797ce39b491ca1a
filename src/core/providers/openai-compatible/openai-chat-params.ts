/** The parameters that OpenAI's chat endpoint defines: whatever is not among them is a provider's own. */
// https://platform.openai.com/docs/api-reference/chat/create

/** Members that say what is asked and how it is delivered; no provider may lack them, no policy removes them. */
export const requestFrame: ReadonlySet<string> = new Set(['model', 'messages', 'stream', 'stream_options']);

export const openAiChatParams: ReadonlySet<string> = new Set([
  'audio',
  'frequency_penalty',
  'function_call',
  'functions',
  'logit_bias',
  'logprobs',
  'max_completion_tokens',
  'max_tokens',
  'metadata',
  'modalities',
  'n',
  'parallel_tool_calls',
  'prediction',
  'presence_penalty',
  'prompt_cache_key',
  'prompt_cache_retention',
  'reasoning_effort',
  'response_format',
  'safety_identifier',
  'seed',
  'service_tier',
  'stop',
  'store',
  'temperature',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'user',
  'verbosity',
  'web_search_options',
]);
