import type { ChatCompletionChunk } from '../schema/openai/chat.js';
import { answerText } from './answer-text.js';

const chunk = (choice: object): ChatCompletionChunk =>
  ({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [choice] }) as ChatCompletionChunk;

describe('answerText', () => {
  it('joins all that is billed', () => {
    const call = { index: 0, function: { name: 'f', arguments: '{}' } };
    const chunks = [{ content: 'a' }, { refusal: 'b' }, { reasoning_content: 'c' }, { tool_calls: [call] }, {}];
    expect(answerText(chunks.map((delta) => chunk({ index: 0, delta, finish_reason: null })))).toBe('abcf{}');
  });

  it('reads text completions, which have no delta', () => {
    expect(answerText(['Hel', 'lo'].map((text) => chunk({ index: 0, text, finish_reason: null })))).toBe('Hello');
  });
});
