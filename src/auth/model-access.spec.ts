/** What the list of a key's models lets through. */
import { mayUseModel } from './model-access.js';

it.each([
  [[], 'anything', true],
  [['gpt-4o'], 'gpt-4o', true],
  [['gpt-4o'], 'gpt-4o-mini', false],
  [['gpt-4o'], 'GPT-4o', false],
  [['gpt-4o', 'claude'], 'claude', true],
  [['openai/*'], 'openai/gpt-4o', true],
  [['openai/*'], 'openai/', true],
  [['openai/*'], 'openai', false],
  [['openai/*'], 'xopenai/gpt-4o', false],
  [['openai/*'], 'azure/openai/gpt-4o', false],
  [['*'], 'anything', true],
  [['*-mini'], 'gpt-4o-mini', true],
  [['*-mini'], 'gpt-4o', false],
  [['a*a'], 'a', false],
  [['a*a'], 'aa', true],
  [['gpt-*-mini'], 'gpt-4o-mini', true],
  [['gpt-.'], 'gpt-4', false],
  [['all-proxy-models'], 'anything', true],
  [['all-team-models'], 'anything', false],
  [['no-default-models'], 'anything', false],
  [[''], '', true],
  [[''], 'anything', false],
])('%j and %s: %s', (allowed, model, expected) => {
  expect(mayUseModel(allowed, model)).toBe(expected);
});
