/** Which requests are compared by their meaning, and what of them has to be the same. */
import type { AnswerKind } from '../../core/spec/response-cache.js';
import { promptOf } from './prompt-text.js';

const user = (content: unknown) => ({ role: 'user', content });

it.each<[AnswerKind, object, string]>([
  ['openai-chat', { messages: [{ role: 'system', content: 'Be kind.' }, user('Hi')] }, 'Hi'],
  [
    'openai-chat',
    {
      messages: [
        user([
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ]),
      ],
    },
    'a\nb',
  ],
  ['anthropic-messages', { system: 'x', messages: [user([{ type: 'text', text: 'Hi' }])] }, 'Hi'],
  ['openai-responses', { input: 'Hi' }, 'Hi'],
  ['openai-responses', { input: [user([{ type: 'input_text', text: 'Hi' }])] }, 'Hi'],
  ['gemini-generate-content', { contents: [{ parts: [{ text: 'Hi' }] }] }, 'Hi'],
  ['openai-completions', { prompt: 'Hi' }, 'Hi'],
])('%s: the last thing that the user says', (kind, body, text) => {
  const prompt = promptOf(kind, { model: 'm', ...body });
  expect(prompt?.text).toBe(text);
  expect(JSON.stringify(prompt?.rest)).not.toContain(JSON.stringify(text));
});

it('leaves the conversation before it as it is', () => {
  const before = [user('One'), { role: 'assistant', content: 'Two' }];
  const prompt = promptOf('openai-chat', { messages: [...before, user('Three')], temperature: 1 });
  expect(prompt?.rest).toEqual({ messages: [...before, user('')], temperature: 1 });
});

it.each<[string, AnswerKind, object]>([
  [
    'a picture',
    'openai-chat',
    {
      messages: [
        user([
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: 'x' },
        ]),
      ],
    },
  ],
  ['the result of a tool', 'openai-chat', { messages: [{ role: 'tool', content: '5' }] }],
  ['a block with more than its text', 'anthropic-messages', { messages: [user([{ type: 'tool_result', text: 'x' }])] }],
  ['nothing', 'openai-chat', { messages: [] }],
  ['empty text', 'openai-chat', { messages: [user(' ')] }],
  ['very long text', 'openai-chat', { messages: [user('x'.repeat(8_001))] }],
  ['several prompts', 'openai-completions', { prompt: ['a', 'b'] }],
  ['a query', 'rerank', { query: 'a' }],
])('a request that ends with %s is not compared', (_what, kind, body) => {
  expect(promptOf(kind, { ...body })).toBeUndefined();
});
