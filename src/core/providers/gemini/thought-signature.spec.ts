import type { ToolCall } from '../../schema/openai/chat.js';
import { idWithSignature, signatureOf } from './thought-signature.js';

const called = (id: string): ToolCall => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } });

describe('a signature in the id of its call', () => {
  it.each(['c2ln', '+/8=', 'aa==', 'CiQBVKhc7v+kR3/nWq0='])(
    'comes back as it was, out of characters that every id may have: %s',
    (signature) => {
      const id = idWithSignature('call_1', signature);
      expect(id).toMatch(/^call_1__thought__[\w-]+$/);
      expect(signatureOf(called(id), 'gemini-3-pro')).toBe(signature);
    },
  );

  it('is read in its own characters, too', () => {
    expect(signatureOf(called('call_1__thought__+/8='), 'gemini-3-pro')).toBe('+/8=');
  });

  it('is not made up but where the model demands one', () => {
    expect(idWithSignature('call_1', undefined)).toBe('call_1');
    expect(signatureOf(called('call_1'), 'gemini-2.5-flash')).toBeUndefined();
    expect(signatureOf(called('call_1'), 'gemini-3-pro')).toBe('skip_thought_signature_validator');
  });
});
