import type { GuardedContent, GuardrailContext, Verdict } from '../../guardrail.js';
import { contentOf, contextOfTest } from '../testing/adapter-bench.js';
import { HookGuardrail } from './hook-guardrail.js';
import { hasHooks, type CustomHooks } from './hooks.js';

const run = async (
  hooks: CustomHooks,
  over: Partial<GuardedContent> = {},
  context: Partial<GuardrailContext> = {},
): Promise<Verdict> =>
  new HookGuardrail('own', hooks).check(contentOf(['say litellm', 'more'], over), {
    ...contextOfTest,
    mode: 'pre_call',
    ...context,
  });
const answer = { direction: 'answer' } as const;

it('hooks are told from other classes', () => {
  expect(hasHooks({ async_moderation_hook: () => undefined })).toBe(true);
  expect(hasHooks({ check: () => undefined })).toBe(false);
});

describe('async_pre_call_hook', () => {
  it("is given the request and its caller by LiteLLM's names", async () => {
    const hook = jest.fn();
    expect(await run({ async_pre_call_hook: hook }, { tools: ['search'] })).toEqual({ action: 'pass' });
    expect(hook).toHaveBeenCalledWith(
      { api_key: 'hash', key_alias: 'alias', user_id: 'user-1', team_id: 'team-1', end_user_id: null },
      null,
      expect.objectContaining({
        model: 'gpt',
        messages: [
          { role: 'user', content: 'say litellm' },
          { role: 'user', content: 'more' },
        ],
        tools: ['search'],
      }),
      'acompletion',
    );
  });

  it('masks in place, or by what it returns', async () => {
    const masked = { action: 'mask', texts: ['say ***', 'more'] };
    const inPlace: CustomHooks = {
      async_pre_call_hook: (_caller, _cache, data) => {
        for (const message of data.messages) message.content = message.content.replace('litellm', '***');
      },
    };
    expect(await run(inPlace)).toMatchObject(masked);
    const returned: CustomHooks = {
      async_pre_call_hook: async () => ({ messages: [{ content: 'say ***' }, { content: 'more' }] }),
    };
    expect(await run(returned)).toMatchObject(masked);
  });

  it('refuses by a text, by an error that it returns, and by one that it throws', async () => {
    const reason = 'Not on Sundays.';
    const thrower = (): never => {
      throw new Error(reason);
    };
    for (const hook of [() => reason, () => new Error(reason), thrower])
      expect(await run({ async_pre_call_hook: hook })).toMatchObject({ action: 'block', reason });
  });

  it.each([
    [
      'an error of the language',
      () => {
        throw new TypeError('x is undefined');
      },
    ],
    [
      'an error of the network',
      () => {
        throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      },
    ],
    ['fewer texts', () => ({ messages: [] })],
    ['texts that are none', () => ({ messages: [{ content: 1 }, { content: 'b' }] })],
    ['a number', () => 7],
  ])('could not look where it ends in %s', async (_what, hook) => {
    await expect(run({ async_pre_call_hook: hook })).rejects.toMatchObject({ code: 'guardrail_unavailable' });
  });
});

describe('the other hooks', () => {
  it('run in their own modes', async () => {
    const hooks = {
      async_pre_call_hook: jest.fn(),
      async_moderation_hook: jest.fn(),
      async_post_call_success_hook: jest.fn(),
    };
    await run(hooks, {}, { mode: 'during_call' });
    expect(Object.values(hooks).map((hook) => hook.mock.calls.length)).toEqual([0, 1, 0]);
    await run(hooks, answer, { mode: 'post_call' });
    expect(Object.values(hooks).map((hook) => hook.mock.calls.length)).toEqual([0, 1, 1]);
  });

  it('apply_guardrail sees both directions, where the mode has no hook of its own', async () => {
    const apply = jest.fn((inputs: { texts: string[] }) => ({ texts: inputs.texts.map((text) => text.toUpperCase()) }));
    const masked = { action: 'mask', texts: ['SAY LITELLM', 'MORE'] };
    expect(await run({ apply_guardrail: apply })).toMatchObject(masked);
    expect(await run({ apply_guardrail: apply }, answer)).toMatchObject(masked);
    expect(apply.mock.calls.map((call: unknown[]) => call[2])).toEqual(['request', 'response']);
  });

  it('the answer is masked in its choices', async () => {
    const hooks: CustomHooks = {
      async_post_call_success_hook: (_data, _caller, response) => {
        for (const { message } of response.choices) message.content = message.content.replace('litellm', '***');
      },
    };
    expect(await run(hooks, answer)).toMatchObject({ action: 'mask', texts: ['say ***', 'more'] });
  });

  it('a class without a hook for it lets pass', async () => {
    expect(await run({ async_moderation_hook: () => undefined }, answer)).toEqual({ action: 'pass' });
  });
});
