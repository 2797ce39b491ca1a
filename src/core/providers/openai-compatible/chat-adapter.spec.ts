import type { ChatCall } from '../../spec/chat-adapter.js';
import { plainParameters } from '../../spec/parameters.js';
import { openAiCompatible } from './index.js';
import { groqStreamUsage } from './quirks/groq-stream-usage.js';
import { reasoningField } from './quirks/reasoning-field.js';

const { chat } = openAiCompatible({
  id: 'acme',
  displayName: 'Acme',
  docs: 'https://acme.example/docs',
  env: { apiKey: ['ACME_API_KEY'] },
  quirks: [reasoningField, groqStreamUsage],
});
const call: ChatCall = {
  body: { model: 'ours', messages: [] },
  model: 'theirs',
  stream: true,
  endpoint: { origin: 'https://acme.example', basePath: '/v1' },
  parameters: plainParameters,
  created: 7,
  responseId: 'chatcmpl-own',
};
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

describe('a translated whole answer', () => {
  it('is completed where a sloppy provider left members out, and says finish reasons that typed clients know', () => {
    const choices = [{ index: 0, message: { role: 'assistant', content: 'x', reasoning: 'Hm' }, finish_reason: 'eos' }];
    const body = Buffer.from(JSON.stringify({ choices, usage }));
    expect(chat?.parseResponse({ status: 200, headers: {}, body }, call)).toEqual({
      completion: {
        id: 'chatcmpl-own',
        object: 'chat.completion',
        created: 7,
        model: 'theirs',
        choices: [
          { index: 0, message: { role: 'assistant', content: 'x', reasoning_content: 'Hm' }, finish_reason: 'stop' },
        ],
        usage,
      },
      usage: { promptTokens: 3, completionTokens: 2 },
    });
  });
});

describe('a translated stream', () => {
  it('is completed in the same way, without usage in its chunks', () => {
    const parser = chat?.createStreamParser(call);
    const choices = [{ index: 0, delta: { content: 'x' }, finish_reason: 'max_tokens' }];
    const chunks = parser?.push(Buffer.from(`data: ${JSON.stringify({ choices, x_groq: { usage } })}\n\n`));
    expect(chunks).toEqual([
      {
        id: 'chatcmpl-own',
        object: 'chat.completion.chunk',
        created: 7,
        model: 'theirs',
        choices: [{ index: 0, delta: { content: 'x' }, finish_reason: 'length' }],
        x_groq: { usage },
      },
    ]);
    expect(parser?.finished).toBe(false);
    expect(parser?.end()).toEqual([]);
    expect(parser?.usage).toEqual({ promptTokens: 3, completionTokens: 2 });
  });

  it('is an invalid answer, not a truncated one, where it never was a stream', () => {
    const parser = chat?.createStreamParser(call);
    parser?.push(Buffer.from('<html><body>Bad Gateway</body></html>'));
    expect(() => parser?.end()).toThrow(expect.objectContaining({ code: 'upstream_invalid_response' }));
  });
});
