/** The parameters of OpenAI's that reach an Ollama server, and where Ollama has its own. */
// https://docs.ollama.com/api/chat , https://docs.ollama.com/modelfile#valid-parameters-and-values

/** OpenAI's name of a sampling parameter to Ollama's; all of them go into `options`. */
export const optionNames: Readonly<Record<string, string>> = {
  frequency_penalty: 'frequency_penalty',
  max_completion_tokens: 'num_predict',
  max_tokens: 'num_predict',
  presence_penalty: 'presence_penalty',
  seed: 'seed',
  stop: 'stop',
  temperature: 'temperature',
  top_p: 'top_p',
};

/** Ollama's own sampling and loading parameters, which clients send beside OpenAI's. */
export const ownOptions: ReadonlySet<string> = new Set([
  ...['draft_num_predict', 'main_gpu', 'min_p', 'mirostat', 'mirostat_eta', 'mirostat_tau', 'num_batch', 'num_ctx'],
  ...['num_gpu', 'num_keep', 'num_predict', 'num_thread', 'numa', 'penalize_newline', 'repeat_last_n'],
  ...['repeat_penalty', 'tfs_z', 'top_k', 'typical_p', 'use_mlock', 'use_mmap'],
]);

export const supportedParams: ReadonlySet<string> = new Set([
  ...Object.keys(optionNames),
  ...['logprobs', 'reasoning_effort', 'response_format', 'thinking', 'tool_choice', 'tools', 'top_logprobs'],
]);
