/** Which chunks bring something of an answer, and which only announce one. */
import { hasContent } from './chunk-content.js';

const chunk = (delta: object | null) => ({ choices: [{ index: 0, delta }] });

it.each([
  [{ content: 'text' }],
  [{ reasoning_content: 'thought' }],
  [{ reasoning: 'thought' }],
  [{ refusal: 'no' }],
  [{ tool_calls: [{ index: 0 }] }],
  [{ function_call: { name: 'f' } }],
  [{ audio: { id: 'a' } }],
])('%j is content', (delta) => expect(hasContent(chunk(delta))).toBe(true));

it.each([[{ role: 'assistant', content: '' }], [{ content: null, refusal: null, tool_calls: null }], [{}], [null]])(
  '%j is none',
  (delta) => expect(hasContent(chunk(delta))).toBe(false),
);

it('finds it in any choice, in the text of older answers, and nothing in what has no choices', () => {
  expect(hasContent({ choices: [{ delta: {} }, { delta: { content: 'x' } }] })).toBe(true);
  expect(hasContent({ choices: [{ text: 'x' }] })).toBe(true);
  for (const choices of [undefined, null, [], 'text', {}]) expect(hasContent({ choices })).toBe(false);
});
