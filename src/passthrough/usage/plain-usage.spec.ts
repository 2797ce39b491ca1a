import { plainUsage } from './plain-usage.js';

it.each([
  [{ usage: { prompt_tokens: 1, completion_tokens: 2 } }, { promptTokens: 1, completionTokens: 2 }],
  [
    { usage: { input_tokens: 1, output_tokens: 2, input_tokens_details: { cached_tokens: 1 } } },
    { promptTokens: 1, completionTokens: 2, cachedTokens: 1 },
  ],
  [
    { usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2, thoughtsTokenCount: 3 } },
    { promptTokens: 1, completionTokens: 5 },
  ],
  [{ usageMetadata: { promptTokenCount: 1, responseTokenCount: 2 } }, { promptTokens: 1, completionTokens: 2 }],
  [{ meta: { billed_units: { search_units: 1 } } }, { promptTokens: 0, completionTokens: 0, searchUnits: 1 }],
  [
    { response: { usage: { input_tokens: 1, output_tokens: 2, output_token_details: { audio_tokens: 1 } } } },
    { promptTokens: 1, completionTokens: 2, audioCompletionTokens: 1 },
  ],
  [{ usage: { prompt_tokens: -1 } }, undefined],
  [{ usage: 'much' }, undefined],
  [null, undefined],
  [[1], undefined],
  ['text', undefined],
])('%j', (answer, expected) => {
  // prettier-ignore
  expect(plainUsage(answer)).toEqual(expected);
});
