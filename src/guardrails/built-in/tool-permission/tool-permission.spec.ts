import { GuardrailMistake } from '../../guardrail.js';
import { bestTimeOf, check, makeGuardrail } from '../testing/checking.js';
import { toolPermissionGuardrail } from './tool-permission.js';

const rules = [
  { id: 'allow_bash', tool_name: 'Bash', decision: 'allow' },
  { id: 'allow_github', tool_name: '^mcp__github_.*$', decision: 'allow' },
  { id: 'deny_read', tool_name: 'Read', decision: 'Deny' },
  {
    id: 'mail',
    tool_name: 'send_email',
    decision: 'allow',
    allowed_param_patterns: {
      'to[]': String.raw`^.+@example\.com$`,
      'cc[]': String.raw`.+@example\.com`,
      subject: '.{1,20}',
      'meta.retry': '[0-3]|true',
    },
  },
];
const make = (over: object = {}) => makeGuardrail(toolPermissionGuardrail, { rules, ...over });
const offers = (...tools: string[]) => ({ tools });
const calls = (...list: [string, unknown][]) => ({
  direction: 'answer' as const,
  toolCalls: list.map(([name, value]) => ({
    name,
    arguments: typeof value === 'string' ? value : JSON.stringify(value),
  })),
});

describe('tools of a request', () => {
  it('pass where a rule allows each', async () => {
    expect((await check(make(), 'x', offers('Bash', 'mcp__github_list', 'send_email'))).action).toBe('pass');
  });

  it.each([
    ['Read', /Read is not allowed here \(rule deny_read\)/],
    ['BashOutput', /no rule allows it/],
    ['xmcp__github_list', /no rule allows it/],
    ['bash', /no rule allows it/],
    ['Bash\nRead', /a tool is not allowed/],
  ])('%j is refused', async (tool, reason) => {
    expect(await check(make(), 'x', offers('Bash', tool))).toMatchObject({
      action: 'block',
      reason: expect.stringMatching(reason),
    });
  });

  it('the first rule that matches decides, then the default', async () => {
    const guardrail = make({ default_action: 'allow' });
    expect((await check(guardrail, 'x', offers('Anything'))).action).toBe('pass');
    expect((await check(guardrail, 'x', offers('Read'))).action).toBe('block');
  });

  it('leave the request where it is rewritten', async () => {
    const verdict = await check(
      make({ on_disallowed_action: 'rewrite' }),
      'x',
      offers('Bash', 'Read', 'Write', 'Read'),
    );
    expect(verdict).toEqual({
      action: 'mask',
      findings: [
        { kind: 'tool_permission:deny_read', count: 2 },
        { kind: 'tool_permission:default_action', count: 1 },
      ],
      texts: ['x'],
      withoutTools: ['Read', 'Write'],
    });
  });

  it('can be told by type', async () => {
    const guardrail = make({ rules: [{ id: 'f', tool_type: '^function$', decision: 'allow' }] });
    expect((await check(guardrail, 'x', offers('Any'))).action).toBe('pass');
    const other = make({ rules: [{ id: 'f', tool_type: 'computer', decision: 'allow' }] });
    expect((await check(other, 'x', offers('Any'))).action).toBe('block');
  });
});

describe('tool calls of an answer', () => {
  const mail = (value: unknown) => calls(['send_email', value]);

  it.each([
    [{ to: ['a@example.com'], subject: 'hi' }],
    [{ to: 'a@example.com' }],
    [{ to: [['a@example.com']].flat(), cc: null, meta: { retry: 2 } }],
    [{ subject: 'hi', meta: { retry: true, other: {} } }],
    [''],
  ])('%j is allowed', async (value) => {
    expect((await check(make(), 'x', mail(value))).action).toBe('pass');
  });

  it.each([
    [{ to: ['a@example.com', 'b@evil.com'] }],
    [{ to: ['a@example.com\nb@evil.com'] }],
    [{ to: ['b@evil.com,a@example.com.evil'] }],
    [{ cc: ['a@example.com.evil'] }],
    [{ to: [{ address: 'a@example.com' }] }],
    [{ to: [['b@evil.com']] }],
    [{ subject: 'x'.repeat(21) }],
    [{ meta: { retry: 4 } }],
    ['{"to":'],
    ['["a"]'],
  ])('%j is refused', async (value) => {
    expect(await check(make(), 'x', mail(value))).toMatchObject({
      action: 'block',
      reason: expect.stringMatching(/send_email may not be called with these arguments \(rule mail\)/),
    });
  });

  it('says nothing of the arguments', async () => {
    expect(JSON.stringify(await check(make(), 'x', mail({ to: ['SECRET@evil.com'] })))).not.toContain('SECRET');
  });

  it('go from the answer where it is rewritten, with a note in their place', async () => {
    const guardrail = make({ on_disallowed_action: 'rewrite' });
    const verdict = await check(
      guardrail,
      'x',
      calls(['Bash', {}], ['Read', {}], ['send_email', { to: 'b@evil.com' }]),
    );
    expect(verdict).toMatchObject({
      action: 'mask',
      withoutToolCalls: {
        places: [1, 2],
        note: 'The tool Read is not allowed here (rule deny_read); the tool send_email may not be called with these arguments (rule mail).',
      },
    });
  });

  it('are looked at when the stream is over, and held back until then', async () => {
    expect(make().stream).toEqual({ by: 'answer' });
    expect((await check(make(), 'x', { ...calls(['Read', '{"a']), isComplete: false })).action).toBe('pass');
  });

  it('take time in proportion to their length', async () => {
    const guardrail = make({
      rules: [{ id: 'a', tool_name: 'a', decision: 'allow', allowed_param_patterns: { 'x[]': '(a+)+' } }],
    });
    const of = (value: string) => calls(['a', { x: [value] }]);
    const base = await bestTimeOf(() => check(guardrail, 'x', of('a'.repeat(1_000_000))));
    expect(await bestTimeOf(() => check(guardrail, 'x', of(`${'a'.repeat(1_000_000)}!`)))).toBeLessThan(base * 10 + 50);
  });
});

describe('mistakes', () => {
  it.each<[object[], string]>([
    [[{ id: 'a', decision: 'allow' }], 'rules[0]'],
    [[{ id: 'a', tool_name: '(', decision: 'allow' }], 'rules[0].tool_name'],
    [
      [{ id: 'a', tool_name: 'a', decision: 'allow', allowed_param_patterns: { 'a[': 'x' } }],
      'rules[0].allowed_param_patterns.a[',
    ],
    [
      [{ id: 'a', tool_name: 'a', decision: 'allow', allowed_param_patterns: { a: '(?!x)' } }],
      'rules[0].allowed_param_patterns.a',
    ],
  ])('%j', (list, path) => {
    const made = () => make({ rules: list });
    expect(made).toThrow(GuardrailMistake);
    expect(made).toThrow(expect.objectContaining({ path }));
  });
});
