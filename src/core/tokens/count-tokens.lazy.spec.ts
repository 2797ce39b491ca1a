import type { ChatCompletionChunk, ChatMessage, Tool } from '../schema/openai/chat.js';
import { answerText } from './answer-text.js';
import { countPromptTokens, countTextTokens, estimateUsage } from './count-tokens.lazy.js';
import { estimateTokens } from './estimate-tokens.js';

// The examples of https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken, with the counts that OpenAI's
// API reported for them.
const jargon: ChatMessage[] = [
  {
    role: 'system',
    content: 'You are a helpful, pattern-following assistant that translates corporate jargon into plain English.',
  },
  { role: 'system', name: 'example_user', content: 'New synergies will help drive top-line growth.' },
  { role: 'system', name: 'example_assistant', content: 'Things working well together will increase revenue.' },
  {
    role: 'system',
    name: 'example_user',
    content: "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
  },
  {
    role: 'system',
    name: 'example_assistant',
    content: "Let's talk later when we're less busy about how to do better.",
  },
  {
    role: 'user',
    content: "This late pivot means we don't have time to boil the ocean for the client deliverable.",
  },
];
const weather: { messages: ChatMessage[]; tools: Tool[] } = {
  messages: [
    { role: 'system', content: 'You are a helpful assistant that can answer to questions about the weather.' },
    { role: 'user', content: "What's the weather like in San Francisco?" },
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: 'get_current_weather',
        description: 'Get the current weather in a given location',
        parameters: {
          type: 'object',
          properties: {
            location: { type: 'string', description: 'The city and state, e.g. San Francisco, CA' },
            unit: {
              type: 'string',
              description: 'The unit of temperature to return',
              enum: ['celsius', 'fahrenheit'],
            },
          },
          required: ['location'],
        },
      },
    },
  ],
};

describe('countPromptTokens', () => {
  it.each([
    ['gpt-3.5-turbo', 129],
    ['gpt-4-0613', 129],
    ['gpt-4o', 124],
    ['openai/gpt-4o-mini', 124],
  ])('counts messages for %s as the API does', async (model, tokens) => {
    await expect(countPromptTokens(model, { messages: jargon })).resolves.toEqual({ tokens, isExact: true });
  });

  it.each([
    ['gpt-3.5-turbo', 105],
    ['gpt-4', 105],
    ['gpt-4o', 101],
    ['ft:gpt-4o-mini-2024-07-18:acme::id', 101],
  ])('counts tools for %s as the API does', async (model, tokens) => {
    await expect(countPromptTokens(model, weather)).resolves.toEqual({ tokens, isExact: true });
  });

  it('says that it estimates where the tokenizer is not public', async () => {
    const count = await countPromptTokens('claude-sonnet-4-5', { messages: jargon });
    expect(count).toEqual({ tokens: 124, isExact: false });
  });

  it('counts text parts, images and unknown parts without looking into pictures', async () => {
    const huge = 'A'.repeat(1_000_000);
    const messages: ChatMessage[] = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Hello' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${huge}` } },
        ],
      },
    ];
    // 3 for the reply, 3 for the message, "user", "Hello", one image
    await expect(countPromptTokens('gpt-4o', { messages })).resolves.toEqual({
      tokens: 3 + 3 + 1 + 1 + 765,
      isExact: true,
    });
  });
});

describe('countTextTokens', () => {
  it.each([
    ['gpt-4o', 'antidisestablishmentarianism', 6],
    ['gpt-4', 'antidisestablishmentarianism', 6],
    ['gpt-4', '2 + 2 = 4', 7],
    ['gpt-4o', 'お誕生日おめでとう', 8],
    ['gpt-4', 'お誕生日おめでとう', 9],
    ['gpt-4o', '', 0],
  ])('%s: %s has %i tokens', async (model, text, tokens) => {
    await expect(countTextTokens(model, text)).resolves.toEqual({ tokens, isExact: true });
  });

  it('counts a special token that a client wrote as plain text', async () => {
    const { tokens } = await countTextTokens('gpt-4o', 'Say <|endoftext|> please');
    expect(tokens).toBeGreaterThan(5);
  });

  // In one piece this takes the tokenizer half a minute, far over the time limit of a test.
  it('counts a quarter of a megabyte without blanks in linear time', async () => {
    const { tokens } = await countTextTokens('gpt-4o', 'ab'.repeat(131_072));
    expect(tokens).toBe(65_536);
  });
});

describe('the usage of an answer that broke off', () => {
  it('counts every kind of text that had arrived', async () => {
    const chunk = (delta: ChatCompletionChunk['choices'][number]['delta']): ChatCompletionChunk => ({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'gpt-4o',
      choices: [{ index: 0, delta, finish_reason: null }],
    });
    const text = answerText([
      chunk({ role: 'assistant', content: '' }),
      chunk({ reasoning_content: 'Hm. ' }),
      chunk({ content: 'Hello' }),
      chunk({ content: ' world' }),
      chunk({ tool_calls: [{ index: 0, id: 'call_1', function: { name: 'look', arguments: '{}' } }] }),
    ]);
    expect(text).toBe('Hm. Hello worldlook{}');
    const usage = await estimateUsage('gpt-4o', { messages: jargon }, 'Hello world');
    expect(usage).toEqual({ promptTokens: 124, completionTokens: 2 });
  });
});

describe('estimateTokens', () => {
  it('takes four bytes for a token and never none for some text', () => {
    expect([0, 1, 4, 5, 4_000].map(estimateTokens)).toEqual([0, 1, 1, 2, 1_000]);
  });
});
