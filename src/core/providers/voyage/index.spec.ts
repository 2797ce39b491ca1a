import { voyage } from './index.js';

describe("where Voyage's keys are taken", () => {
  it.each([
    ['al-key', undefined, 'https://ai.mongodb.com/v1'],
    ['pa-key', undefined, undefined],
    [undefined, undefined, undefined],
    ['al-key', 'https://proxy.example/v1', 'https://proxy.example/v1'],
  ])('for the key %p and the address %p', (apiKey, configured, expected) => {
    expect(voyage.locate?.({}, configured, { apiKey })).toBe(expected);
  });
});
