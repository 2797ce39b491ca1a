import { check, makeGuardrail } from '../testing/checking.js';
import { maxLengthGuardrail } from './max-length.js';

const make = (parameters: Record<string, unknown>) => makeGuardrail(maxLengthGuardrail, parameters);
const answer = { direction: 'answer' } as const;

describe('the limits', () => {
  it('of characters hold for all texts together', async () => {
    const guardrail = make({ max_request_chars: 10 });
    expect((await check(guardrail, ['12345', '67890'])).action).toBe('pass');
    expect(await check(guardrail, ['12345', '678901'])).toEqual({
      action: 'block',
      findings: [{ kind: 'request_chars', count: 1 }],
      reason: 'it has 11 characters, and 10 are allowed. Shorten it.',
    });
  });

  it('of tokens are estimated from the bytes', async () => {
    const guardrail = make({ max_request_tokens: 2 });
    expect((await check(guardrail, '12345678')).action).toBe('pass');
    expect((await check(guardrail, '123456789')).action).toBe('block');
    expect((await check(guardrail, 'äöüßé')).action).toBe('block');
  });

  it('of answers are their own', async () => {
    const guardrail = make({ max_answer_chars: 3, max_answer_tokens: 1 });
    expect((await check(guardrail, 'a long request')).action).toBe('pass');
    expect((await check(guardrail, 'abc', answer)).action).toBe('pass');
    expect(await check(guardrail, 'abcd', answer)).toMatchObject({
      reason: expect.stringMatching(/Ask for a shorter one/),
    });
    expect(guardrail.stream).toEqual({ by: 'answer' });
    expect(make({ max_request_chars: 3 }).stream).toEqual({ by: 'window', holdBackChars: 0 });
  });

  it('there has to be one', () => {
    expect(() => make({})).toThrow(/max_request_chars/);
  });
});
