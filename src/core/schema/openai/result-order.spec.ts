import type { ChatMessage } from './chat.js';
import { inCallOrder } from './result-order.js';

const asked = (...ids: string[]): ChatMessage => ({
  role: 'assistant',
  tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })),
});
const result = (id: string): ChatMessage => ({ role: 'tool', tool_call_id: id, content: id });
const user: ChatMessage = { role: 'user', content: 'Hi' };
const ids = (messages: readonly ChatMessage[]): (string | undefined)[] =>
  messages.map(({ tool_call_id: id }) => id).filter((id) => id !== undefined);

describe('inCallOrder', () => {
  it('puts the results of each turn in the order of its calls', () => {
    const messages = [user, asked('a', 'b', 'c'), result('c'), result('a'), result('b'), asked('d', 'e'), result('e')];
    const ordered = inCallOrder([...messages, result('d'), user]);
    expect(ids(ordered)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(ordered.map(({ role }) => role)).toEqual([...messages.map(({ role }) => role), 'tool', 'user']);
  });

  it('leaves results behind the others that answer no call, as they stand', () => {
    expect(ids(inCallOrder([asked('a'), result('y'), result('x'), result('a')]))).toEqual(['a', 'y', 'x']);
    expect(ids(inCallOrder([result('y'), result('x')]))).toEqual(['y', 'x']);
  });

  it('returns the very list where nothing is out of place', () => {
    const messages = [user, asked('a', 'b'), result('a'), result('b'), user];
    expect(inCallOrder(messages)).toBe(messages);
    expect(inCallOrder([])).toEqual([]);
  });
});
