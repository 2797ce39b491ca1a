import { madeUpDeployment } from '../../testing/deployments.js';
import type { ChatCall } from '../../spec/chat-adapter.js';
import { closedMessages } from './closed-messages.js';

const { endpoint, parameters } = madeUpDeployment();

function sent(body: object): unknown {
  const call = { body, model: 'gpt-4.1', stream: false, endpoint, parameters, created: 0, responseId: 'r' };
  return closedMessages.request?.(body as Record<string, unknown>, call as unknown as ChatCall);
}

describe('closedMessages', () => {
  it('leaves a body alone that has nothing foreign in it', () => {
    const body = {
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_1', type: 'function', function: {} }],
          refusal: null,
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'x' },
      ],
      tools: [{ type: 'function', function: { name: 'f' } }],
    };
    expect(sent(body)).toBe(body);
  });

  it('leaves out thoughts, marks for a cache and what only one provider understands', () => {
    const cache_control = { type: 'ephemeral' };
    expect(
      sent({
        messages: [
          { role: 'system', content: [{ type: 'text', text: 'Be brief.', cache_control }] },
          { role: 'user', content: 'Hi', cache_control },
          {
            role: 'assistant',
            content: 'Yes',
            reasoning_content: 'Hm',
            thinking_blocks: [{ type: 'thinking', thinking: 'Hm' }],
            provider_specific_fields: { citations: [] },
            tool_calls: [
              { id: 'c', type: 'function', function: {}, provider_specific_fields: { thought_signature: 's' } },
            ],
          },
        ],
        tools: [{ type: 'function', function: { name: 'f' }, cache_control }],
      }),
    ).toEqual({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Yes', tool_calls: [{ id: 'c', type: 'function', function: {} }] },
      ],
      tools: [{ type: 'function', function: { name: 'f' } }],
    });
  });

  it('shortens ids that are longer than 40 characters, alike for a call and its result', () => {
    const id = `call_0__thought__${'x'.repeat(200)}`;
    const { messages } = sent({
      messages: [
        { role: 'assistant', tool_calls: [{ id, type: 'function', function: {} }] },
        { role: 'tool', tool_call_id: id, content: 'x' },
        { role: 'assistant', tool_calls: [{ id: 'y'.repeat(40), type: 'function', function: {} }] },
      ],
    }) as { messages: { tool_call_id?: string; tool_calls?: { id: string }[] }[] };
    const short = messages[0]?.tool_calls?.[0]?.id;
    expect(short).toMatch(/^call_[\w-]{24}$/);
    expect(messages[1]?.tool_call_id).toBe(short);
    expect(messages[2]?.tool_calls?.[0]?.id).toBe('y'.repeat(40));
  });

  it('passes what is no list on as it is', () => {
    const body = { messages: 'none', tools: null };
    expect(sent(body)).toBe(body);
  });
});
