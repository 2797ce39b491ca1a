/** Where a provider knows the older name of the limit only. */
export const maxTokens: Readonly<Record<string, string>> = { max_completion_tokens: 'max_tokens' };
