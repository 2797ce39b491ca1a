import type { ChatCall } from '../../spec/chat-adapter.js';
import { plainParameters } from '../../spec/parameters.js';
import { demo } from './index.js';
import { mockAnswer } from './mock-answer.js';

const call = (messages: ChatCall['body']['messages']): ChatCall => ({
  body: { model: 'ours', messages },
  model: 'hello',
  stream: false,
  endpoint: { origin: '', basePath: '' },
  parameters: plainParameters,
  created: 7,
  responseId: 'chatcmpl-7',
});

describe('the built-in demo', () => {
  it('names itself and the model, repeats the last user message, and counts a token for 4 bytes', () => {
    const answer = demo.local?.answer(
      call([
        { role: 'user', content: 'First' },
        { role: 'assistant', content: 'Yes?' },
        { role: 'user', content: 'Grüße 🦜' },
      ]),
    );
    const text = answer?.completion.choices[0]?.message.content ?? '';
    expect(text).toMatch(/built-in demo.*hello.*You said: "Grüße 🦜"$/);
    expect(answer?.completion).toMatchObject({
      id: 'chatcmpl-7',
      created: 7,
      model: 'hello',
      choices: [{ finish_reason: 'stop' }],
    });
    expect(answer?.usage).toEqual({ promptTokens: 6, completionTokens: Math.ceil(Buffer.byteLength(text) / 4) });
  });

  it('shortens a long message between characters and survives messages without text', () => {
    const long = demo.local?.answer(call([{ role: 'user', content: '🦜'.repeat(500) }]));
    expect(long?.completion.choices[0]?.message.content).toMatch(new RegExp(`"(?:🦜){200}…"$`, 'u'));
    const parts = demo.local?.answer(call([{ role: 'user', content: [{ type: 'image_url', image_url: 'data:,' }] }]));
    expect(parts?.completion.choices[0]?.message.content).toContain('[image_url]');
    expect(demo.local?.answer(call([{ role: 'system' }])).usage?.promptTokens).toBe(1);
  });
});

describe('a mock answer', () => {
  it('is the configured text at the usage that LiteLLM reports', () => {
    const { completion, usage } = mockAnswer('This is a mock.').answer(call([]));
    expect(completion.choices[0]?.message.content).toBe('This is a mock.');
    expect(completion.usage).toEqual({ prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 });
    expect(usage).toEqual({ promptTokens: 10, completionTokens: 20 });
  });
});
