/** What a Claude model takes, told from the version in its name, so that new models need no table. */

export interface ModelTraits {
  /** Extended thinking at all (Claude 3.7). https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
  readonly thinking: boolean;
  /** `output_config.format` and strict tools (Claude 4.5). https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
  readonly structuredOutput: boolean;
  /** `thinking: {type: adaptive}` with `output_config.effort` (4.6). https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking */
  readonly adaptiveThinking: boolean;
  /** Temperature, top_p, top_k and thinking budgets: gone after Claude 4.6, which refuses all but their defaults. */
  readonly sampling: boolean;
}

const versionPattern = /claude-(?:[a-z]+-)*(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?/;
/** A name without a version (an alias, another vendor behind Anthropic's API) gets what every Claude 4 model takes. */
const unnamedVersion = 400;

/** `claude-opus-4-6` is 406, `claude-3-7-sonnet-20250219` is 307, `claude-sonnet-4-20250514` is 400. */
export function modelTraits(model: string): ModelTraits {
  const match = versionPattern.exec(model);
  const version = match ? Number(match[1]) * 100 + Number(match[2] ?? 0) : unnamedVersion;
  return {
    thinking: version >= 307,
    structuredOutput: version >= 405,
    adaptiveThinking: version >= 406,
    sampling: version <= 406,
  };
}

const always = [
  ...['stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'stop', 'user', 'metadata', 'service_tier'],
  ...['tools', 'tool_choice', 'parallel_tool_calls', 'functions', 'function_call', 'response_format'],
  'web_search_options',
];
const sampling = ['temperature', 'top_p', 'top_k'];
const thinking = ['reasoning_effort', 'thinking'];
const oldest: ReadonlySet<string> = new Set([...always, ...sampling]);
const middle: ReadonlySet<string> = new Set([...always, ...sampling, ...thinking]);
const newest: ReadonlySet<string> = new Set([...always, ...thinking]);

export function supportedParams(model: string): ReadonlySet<string> {
  const traits = modelTraits(model);
  if (!traits.thinking) return oldest;
  return traits.sampling ? middle : newest;
}
