import { toModelPrices } from './entry-prices.js';

describe('toModelPrices', () => {
  it('reads plain prices, prices by prompt length and prices by service tier', () => {
    const { prices, unused } = toModelPrices({
      input_cost_per_token: '1',
      output_cost_per_token: '2',
      cache_read_input_token_cost: '3',
      cache_creation_input_token_cost: '4',
      cache_creation_input_token_cost_above_1hr: '5',
      output_cost_per_reasoning_token: '6',
      input_cost_per_audio_token: '7',
      output_cost_per_audio_token: '8',
      input_cost_per_request: '9',
      search_context_cost_per_query: { search_context_size_low: '10', search_context_size_medium: '11' },
      output_cost_per_token_above_200k_tokens: '14',
      input_cost_per_token_above_200k_tokens: '13',
      input_cost_per_token_above_128k_tokens: '12',
      input_cost_per_token_flex: '15',
      input_cost_per_token_batches: '16',
      input_cost_per_token_above_200k_tokens_priority: '17',
    });
    expect(unused).toEqual([]);
    expect(prices).toEqual({
      inputPerToken: '1',
      outputPerToken: '2',
      cacheReadPerToken: '3',
      cacheCreationPerToken: '4',
      cacheCreation1hPerToken: '5',
      outputReasoningPerToken: '6',
      inputAudioPerToken: '7',
      outputAudioPerToken: '8',
      perRequest: '9',
      perWebSearch: '11',
      tiers: [
        { aboveTokens: 128_000, inputPerToken: '12' },
        { aboveTokens: 200_000, inputPerToken: '13', outputPerToken: '14' },
      ],
      serviceTiers: {
        flex: { inputPerToken: '15' },
        batch: { inputPerToken: '16' },
        priority: { tiers: [{ aboveTokens: 200_000, inputPerToken: '17' }] },
      },
    });
  });

  it('names no prices where there are none, and the keys that stand for nothing billed here', () => {
    expect(toModelPrices({ output_cost_per_second: '1', constructor_cost_per_x: '1' })).toEqual({
      prices: undefined,
      unused: ['output_cost_per_second', 'constructor_cost_per_x'],
    });
  });
});
