import { addUsage } from './add-usage.js';

it('adds what is counted, in whichever of the two it is', () => {
  const one = { promptTokens: 3, completionTokens: 0, cachedTokens: 1, inputSeconds: 0.5 };
  expect(addUsage(one, { promptTokens: 4, completionTokens: 1, images: 2, inputSeconds: 0.25 })).toEqual({
    promptTokens: 7,
    completionTokens: 1,
    cachedTokens: 1,
    images: 2,
    inputSeconds: 0.75,
  });
});

it('adds what is billed apart, and keeps the tier', () => {
  const one = { promptTokens: 1, completionTokens: 0, billed: { promptTokens: 2, completionTokens: 0 } };
  expect(addUsage(one, { ...one, serviceTier: 'flex' })).toEqual({
    promptTokens: 2,
    completionTokens: 0,
    billed: { promptTokens: 4, completionTokens: 0 },
    serviceTier: 'flex',
  });
});
