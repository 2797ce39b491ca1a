/** The counts of a response as ours. */
// https://platform.openai.com/docs/api-reference/responses/object
import { readCount } from '../../schema/openai/chat-usage.js';
import type { Usage } from '../../spec/usage.js';
import { objectOf } from '../openai-compatible/read-answer.js';

/** Undefined where the response, such as one that runs in the background, has not been counted yet. */
export function toUsage(response: Readonly<Record<string, unknown>>): Usage | undefined {
  const usage = objectOf(response['usage']);
  if (typeof usage['input_tokens'] !== 'number') return undefined;
  const cached = readCount(objectOf(usage['input_tokens_details'])['cached_tokens']);
  const reasoning = readCount(objectOf(usage['output_tokens_details'])['reasoning_tokens']);
  const output = Array.isArray(response['output']) ? (response['output'] as readonly unknown[]) : [];
  const searches = output.filter((item) => objectOf(item)['type'] === 'web_search_call').length;
  const tier = response['service_tier'];
  return {
    promptTokens: readCount(usage['input_tokens']),
    completionTokens: readCount(usage['output_tokens']),
    ...(cached > 0 && { cachedTokens: cached }),
    ...(reasoning > 0 && { reasoningTokens: reasoning }),
    ...(searches > 0 && { webSearchRequests: searches }),
    ...(typeof tier === 'string' && tier !== 'default' && { serviceTier: tier }),
  };
}
