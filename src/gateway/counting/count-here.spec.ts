import type { ChatMessage } from '../../core/schema/openai/chat.js';
import { countPromptTokens, countTextTokens } from '../../core/tokens/count-tokens.lazy.js';
import { countHere } from './count-here.js';

const never = (): boolean => false;

describe('counting here', () => {
  it('counts in turns what the tokenizer counts at once', async () => {
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(2_000);
    const messages: ChatMessage[] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: text },
      { role: 'user', content: [{ type: 'text', text }, { type: 'image_url', image_url: { url: 'https://a/b.png' } }] }, // prettier-ignore
      { role: 'assistant', content: null },
    ];
    const { tokens } = await countPromptTokens('gpt-4o', { messages });
    expect(await countHere('gpt-4o', { messages }, never)).toEqual({ tokens, tokenizer: 'openai_tokenizer' });
    const alone = await countTextTokens('gpt-4o', text);
    expect(await countHere('gpt-4o', text, never)).toEqual({ tokens: alone.tokens, tokenizer: 'openai_tokenizer' });
  });

  it('says that it estimates where the tokenizer is not public', async () => {
    expect(await countHere('claude-sonnet-4-5', 'Hello', never)).toEqual({ tokens: 1, tokenizer: 'estimate' });
  });

  it('does not tokenize what is longer than any prompt', async () => {
    const text = 'x'.repeat(4 * 1024 * 1024 + 4);
    expect(await countHere('gpt-4o', text, never)).toEqual({ tokens: 1_048_577, tokenizer: 'estimate' });
  });

  it('lets other requests have their turn meanwhile', async () => {
    let turns = 0;
    const other = setInterval(() => (turns += 1), 0);
    await countHere('gpt-4o', 'word '.repeat(100_000), never);
    clearInterval(other);
    expect(turns).toBeGreaterThan(1);
  });

  it('ends when nobody waits for it any more', async () => {
    let asked = 0;
    const { tokens } = await countHere('gpt-4o', 'word '.repeat(100_000), () => ++asked > 2);
    expect(asked).toBe(3);
    expect(tokens).toBeLessThan(10_000);
  });
});
