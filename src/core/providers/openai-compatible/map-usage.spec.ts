import { mapUsage } from './map-usage.js';
import type { Quirk } from './quirk.js';

it.each([
  [0.00012, '0.00012'],
  [1e-7, '1e-7'],
  [0, '0'],
  [-1, undefined],
  ['0.1', undefined],
  [Number.NaN, undefined],
])('takes a reported cost of %p for %p', (usd, reportedUsd) => {
  const quirk: Quirk = { name: 'cost', cost: () => usd };
  const usage = mapUsage({ prompt_tokens: 1, completion_tokens: 1 }, undefined, [quirk]);
  expect(usage).toEqual({ promptTokens: 1, completionTokens: 1, ...(reportedUsd !== undefined && { reportedUsd }) });
});

describe('mapUsage', () => {
  it.each([
    ['plain', { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }, { promptTokens: 3, completionTokens: 2 }],
    ['no completion count', { prompt_tokens: 3, total_tokens: 3 }, { promptTokens: 3, completionTokens: 0 }],
    [
      'DeepSeek',
      { prompt_tokens: 100, completion_tokens: 5, prompt_cache_hit_tokens: 64 },
      { promptTokens: 100, completionTokens: 5, cachedTokens: 64 },
    ],
    [
      'Kimi',
      { prompt_tokens: 100, completion_tokens: 5, cached_tokens: 64 },
      { promptTokens: 100, completionTokens: 5, cachedTokens: 64 },
    ],
    [
      'xAI, reasoning beside the completion',
      {
        prompt_tokens: 32,
        completion_tokens: 9,
        total_tokens: 135,
        completion_tokens_details: { reasoning_tokens: 94 },
      },
      { promptTokens: 32, completionTokens: 103, reasoningTokens: 94 },
    ],
    [
      'OpenAI, reasoning within the completion',
      {
        prompt_tokens: 32,
        completion_tokens: 103,
        total_tokens: 135,
        completion_tokens_details: { reasoning_tokens: 94 },
      },
      { promptTokens: 32, completionTokens: 103, reasoningTokens: 94 },
    ],
    [
      'OpenRouter cache writes',
      { prompt_tokens: 50, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 10, cache_write_tokens: 20 } },
      { promptTokens: 50, completionTokens: 1, cachedTokens: 10, cacheCreationTokens: 20 },
    ],
    [
      'Perplexity searches',
      { prompt_tokens: 1, completion_tokens: 1, num_search_queries: 2 },
      { promptTokens: 1, completionTokens: 1, webSearchRequests: 2 },
    ],
  ])('reads usage of the %s kind', (_name, usage, expected) => {
    expect(mapUsage(usage)).toEqual(expected);
  });

  it.each([
    undefined,
    null,
    'many',
    {},
    { prompt_tokens: -1, completion_tokens: 1 },
    { prompt_tokens: 1.5, completion_tokens: 1 },
    { prompt_tokens: '3', completion_tokens: 1 },
  ])('takes no counts from %j', (usage) => {
    expect(mapUsage(usage)).toBeUndefined();
  });

  it('names the billed tier unless it is the default', () => {
    const counts = { prompt_tokens: 1, completion_tokens: 1 };
    expect(mapUsage(counts, 'flex')).toMatchObject({ serviceTier: 'flex' });
    expect(mapUsage(counts, 'default')).not.toHaveProperty('serviceTier');
  });
});
