import { describeProblem } from './config-problem.js';
import { originOfParameter, readForeignGuardrail, readGatewayPart, readGuardrails } from './guardrail-entry.js';
import { resolveReferences } from './environment-references.js';
import { parseLocatedYaml } from './located.js';
import type { ConfigProblem } from './config-problem.js';

function read(yaml: string, environment: Record<string, string> = {}) {
  const { root } = parseLocatedYaml(yaml, '/etc/tollgate/config.yaml');
  if (root === null) throw new Error('no map');
  const problems: ConfigProblem[] = [];
  const entries = readGuardrails(resolveReferences(root, environment).entries.get('guardrails'), problems);
  return { entries, problems: problems.map(describeProblem) };
}

const at = '/etc/tollgate/config.yaml';

it('has every setting of an entry, with the defaults of LiteLLM and a refusal where it cannot look', () => {
  const { entries, problems } = read(
    `
guardrails:
  - guardrail_name: plain
    litellm_params: {guardrail: words, mode: pre_call, words: [a]}
  - guardrail_name: full
    litellm_params:
      guardrail: words
      mode: [pre_call, post_call]
      default_on: true
      order: 2
      timeout: 1.5
      num_retries: 3
      unreachable_fallback: fail_open
      violation_message_template: "no: {reason}"
      skip_system_message_in_guardrail: true
      only_scan_new_messages: true
      on_sensitive_data: route
      sensitive_data_route_to_model: inside
      api_key: os.environ/KEY
      words: [a]
    guardrail_info: {owner: security}
`,
    { KEY: 'secret' },
  );
  expect(problems).toEqual([]);
  expect(entries).toMatchObject([
    {
      name: 'plain',
      type: 'words',
      modes: ['pre_call'],
      tagModes: undefined,
      defaultOn: false,
      order: 0,
      failure: 'closed',
      timeoutMs: 10_000,
      retries: 0,
      messageTemplate: undefined,
      scan: { skipsSystem: false, onlyNew: false, routeTo: undefined },
      parameters: { words: ['a'] },
      info: {},
    },
    {
      modes: ['pre_call', 'post_call'],
      defaultOn: true,
      order: 2,
      failure: 'open',
      timeoutMs: 1_500,
      retries: 3,
      messageTemplate: 'no: {reason}',
      scan: { skipsSystem: true, onlyNew: true, routeTo: 'inside' },
      parameters: { api_key: 'secret', words: ['a'] },
      info: { owner: 'security' },
    },
  ]);
  // The kind gets its own parameters, and what is shown holds no secret.
  expect(entries[1]?.parameters).toEqual({ api_key: 'secret', words: ['a'] });
  expect(entries[1]?.shownParams).toMatchObject({ api_key: '*****', mode: ['pre_call', 'post_call'], order: 2 });
});

it.each([
  ['during_call', ['during_call'], undefined],
  ['[logging_only]', ['logging_only'], undefined],
  [
    '{tags: {a: pre_call, b: [pre_call, post_call]}, default: post_call}',
    ['post_call'],
    { a: ['pre_call'], b: ['pre_call', 'post_call'] },
  ],
  ['{tags: {a: pre_call}}', [], { a: ['pre_call'] }],
])('takes the mode %s', (mode, modes, tagModes) => {
  const { entries, problems } = read(
    `guardrails: [{guardrail_name: g, litellm_params: {guardrail: words, mode: ${mode}}}]`,
  );
  expect(problems).toEqual([]);
  expect(entries).toMatchObject([{ modes, tagModes }]);
});

it('fails open by either of the two settings', () => {
  const params = 'guardrail: words, mode: pre_call';
  const { entries } = read(`guardrails: [{guardrail_name: g, litellm_params: {${params}, fail_on_error: false}}]`);
  expect(entries[0]?.failure).toBe('open');
});

it.each([
  [
    '{guardrail_name: g, litellm_params: {guardrail: words}}',
    'guardrails[0].litellm_params.mode: is missing. Write for example `mode: pre_call`.',
  ],
  ['{guardrail_name: g, litellm_params: {mode: pre_call}}', 'guardrails[0].litellm_params.guardrail: is missing'],
  ['{litellm_params: {guardrail: words, mode: pre_call}}', 'guardrails[0].guardrail_name: is missing'],
  [
    '{guardrail_name: g, litellm_params: {guardrail: words, mode: sometimes}}',
    'guardrails[0].litellm_params.mode: expected one or a list of `pre_call`',
  ],
  [
    '{guardrail_name: g, litellm_params: {guardrail: words, mode: []}}',
    'guardrails[0].litellm_params.mode: expected one or a list',
  ],
  [
    '{guardrail_name: g, litellm_params: {guardrail: words, mode: pre_call, timeout: 0}}',
    'guardrails[0].litellm_params.timeout: must be more than 0, got 0. Write for example `timeout: 5`.',
  ],
  [
    '{guardrail_name: g, litellm_params: {guardrail: words, mode: pre_call, default_on: perhaps}}',
    'litellm_params.default_on: expected `true` or `false`',
  ],
  [
    '{guardrail_name: g, litellm_params: {guardrail: words, mode: pre_call, fail_on_error: true, unreachable_fallback: fail_open}}',
    'litellm_params.fail_on_error: contradicts `unreachable_fallback: fail_open`. Keep one of them.',
  ],
  [
    '{guardrail_name: g, litellm_params: {guardrail: words, mode: pre_call, on_sensitive_data: route}}',
    'litellm_params.sensitive_data_route_to_model: is missing. Name the model',
  ],
  [
    '{guardrail_name: g, litellm_params: {guardrail: words, mode: during_call, on_sensitive_data: route, sensitive_data_route_to_model: m}}',
    'litellm_params.on_sensitive_data: needs `mode: pre_call`',
  ],
  ['g', 'guardrails[0]: expected a map.'],
])('%s is a mistake that is told with its place and its mending', (entry, message) => {
  const { entries, problems } = read(`guardrails: [${entry}]`);
  expect(entries).toEqual([]);
  expect(problems.join('\n')).toContain(`${at}:1: `);
  expect(problems.join('\n')).toContain(message);
});

it('is a mistake where a variable is not set: a guardrail that is left out would let everything pass', () => {
  const { entries, problems } = read(
    'guardrails:\n  - guardrail_name: g\n    litellm_params: {guardrail: words, mode: pre_call,\n      api_key: os.environ/NOT_SET}',
  );
  expect(entries).toEqual([]);
  expect(problems).toEqual([
    `${at}:4: guardrails[0].litellm_params.api_key: the environment variable NOT_SET is not set. Set it, or take the guardrail out.`,
  ]);
});

it('warns of what has no effect', () => {
  const { entries, problems } = read(
    'guardrails: [{guardrail_nam: x, guardrail_name: g, litellm_params: {guardrail: words, mode: pre_call, run_in_parallel: true}}]',
  );
  expect(entries[0]?.parameters).toEqual({});
  expect(problems).toEqual([
    `${at}:1: guardrails[0].guardrail_nam: warning: unknown key: it has no effect. Did you mean \`guardrail_name\`?`,
    `${at}:1: guardrails[0].litellm_params.run_in_parallel: warning: has no effect here. Remove it.`,
  ]);
});

it('finds files beside the configuration file that names them', () => {
  const { entries } = read(
    'guardrails: [{guardrail_name: g, litellm_params: {guardrail: words, mode: pre_call, words_file: ./w.yaml, lists: [{list_file: /l.yaml}, {list_file: l.yaml}], schema: {file: x}}}]',
  );
  expect(entries[0]?.parameters).toEqual({
    words_file: '/etc/tollgate/w.yaml',
    lists: [{ list_file: '/l.yaml' }, { list_file: '/etc/tollgate/l.yaml' }],
    schema: { file: 'x' },
  });
});

it('knows where each parameter stands, and the nearest one above what is not there', () => {
  const [entry] = read(`guardrails:
  - guardrail_name: g
    litellm_params:
      guardrail: words
      mode: pre_call
      patterns:
        - regex: a
        - regex: b
`).entries;
  if (!entry) throw new Error('none');
  const place = (path: string) => {
    const { line, path: whole } = originOfParameter(entry, path);
    return `${line} ${whole}`;
  };
  expect(place('patterns[1].regex')).toBe('8 guardrails[0].litellm_params.patterns[1].regex');
  expect(place('patterns[1].flags')).toBe('8 guardrails[0].litellm_params.patterns[1].flags');
  expect(place('patterns[7].regex')).toBe('6 guardrails[0].litellm_params.patterns[7].regex');
  expect(place('other')).toBe('2 guardrails[0].litellm_params.other');
  expect(place('')).toBe('2 guardrails[0].litellm_params');
});

describe('from elsewhere', () => {
  const guardrail = (params: object) => ({
    guardrail_name: 'g',
    litellm_params: { guardrail: 'words', mode: 'pre_call', ...params },
  });

  it.each([
    [{ api_key: 'os.environ/HOME' }, '`os.environ/` is not resolved here'],
    [{ words: [{ deep: 'os.environ/HOME' }] }, '`os.environ/` is not resolved here'],
    [
      { words_file: '/etc/passwd' },
      'litellm_params.words_file: names a file, which only an entry of the configuration file may do',
    ],
    [{ module_file: './own.mjs' }, 'litellm_params.module_file: names a file'],
    [
      { categories: [{ category: 'x', category_file: '/etc/passwd' }] },
      'litellm_params.categories[0].category_file: names a file',
    ],
  ])('nothing of this machine is read: %j', (params, message) => {
    const { entry, problems } = readForeignGuardrail(guardrail(params), 'row 1');
    expect(entry).toBeNull();
    expect(problems.map(describeProblem).join('\n')).toContain(message);
  });

  it('names in the data of a parameter are no files', () => {
    const { entry, problems } = readForeignGuardrail(
      guardrail({ schema: { properties: { log_file: { type: 'string' } } } }),
      'row 1',
    );
    expect(problems).toEqual([]);
    expect(entry?.parameters).toEqual({ schema: { properties: { log_file: { type: 'string' } } } });
  });

  it('what every kind has can be had without the parameters of its own', () => {
    const part = readGatewayPart(guardrail({ default_on: true, words_file: '/etc/passwd' }), 'row 1');
    expect(part).toMatchObject({ name: 'g', modes: ['pre_call'], defaultOn: true, parameters: {} });
    expect(readGatewayPart({ guardrail_name: 'g', litellm_params: { api_key: 'x' } }, 'row 1')).toBeNull();
  });
});
