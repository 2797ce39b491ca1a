import type { ChatMessage, Tool } from '../../core/schema/openai/chat.js';
import { countHere } from './count-here.js';

const never = (): boolean => false;

describe('counting here', () => {
  it('counts messages, and a text that stands alone', async () => {
    const messages: ChatMessage[] = [{ role: 'user', content: 'What is the capital of France?' }];
    expect(await countHere('gpt-4o', { messages }, never)).toEqual({ tokens: 14, tokenizer: 'openai_tokenizer' });
    expect(await countHere('gpt-4o', 'What is the capital of France?', never)).toEqual({
      tokens: 7,
      tokenizer: 'openai_tokenizer',
    });
  });

  it('says that it estimates where the tokenizer is not public', async () => {
    expect(await countHere('claude-sonnet-4-5', 'Hello', never)).toEqual({ tokens: 1, tokenizer: 'estimate' });
  });

  it('tokenizes a part of what is longer than any prompt, and estimates the rest', async () => {
    const counted = await countHere('gpt-4o', `${'ab'.repeat(512 * 1024)}${'x'.repeat(4_000)}`, never);
    // Four letters to a token, by the tokenizer and by the estimate.
    expect(counted).toEqual({ tokens: 262_144 + 1_000, tokenizer: 'estimate' });
  });

  it.each<[string, { messages: ChatMessage[]; tools?: Tool[] }]>([
    ['one long message', { messages: [{ role: 'user', content: 'word '.repeat(60_000) }] }],
    [
      'many short ones',
      { messages: Array.from({ length: 3_000 }, () => ({ role: 'user', content: 'word '.repeat(20) })) },
    ],
    ['a large tool', { messages: [], tools: [{ type: 'function', function: { name: 'a', description: 'word '.repeat(60_000) } }] }], // prettier-ignore
  ])('lets other requests have their turn during %s', async (_what, prompt) => {
    let turns = 0;
    const other = setInterval(() => (turns += 1), 0);
    await countHere('gpt-4o', prompt, never);
    clearInterval(other);
    expect(turns).toBeGreaterThan(1);
  });

  it('ends when nobody waits for it any more', async () => {
    let asked = 0;
    await countHere('gpt-4o', 'word '.repeat(100_000), () => ++asked > 2);
    expect(asked).toBe(3);
  });
});
