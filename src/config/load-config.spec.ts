import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, describeProblems } from './config-problem.js';
import type { GatewayConfig } from './gateway-config.js';
import { checkConfig, loadConfig } from './load-config.js';

const masterKey = 'sk-0f9a7c3e5b1d48628e4c6a2d7b9f1e3c';
const environment = { TOLLGATE_MASTER_KEY: masterKey };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-config-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What `--check` prints, without the folder. */
function check(text: string, variables: Record<string, string> = environment): string {
  return describeProblems(checkConfig(write('c.yaml', text), variables)).replaceAll(`${folder}/`, '');
}

function load(text: string, variables: Record<string, string> = environment): GatewayConfig {
  return loadConfig(write('c.yaml', text), variables);
}

describe('what a configuration comes to', () => {
  it('has every default in an empty file', () => {
    const { general, router, requests, models, warnings } = load('');
    expect(general).toEqual({
      masterKey,
      databaseUrl: 'file:./.tollgate/gateway.db',
      databaseConnectionPoolLimit: 10,
      databaseConnectionTimeoutMs: 5_000,
      storeModelInDb: false,
      maxRequestBytes: 32 * 1024 * 1024,
      maxResponseBytes: 64 * 1024 * 1024,
      maxFileBytes: 512 * 1024 * 1024,
      batchPollIntervalMs: 300_000,
      clientCache: { maxSize: 200, ttlMs: 3_600_000 },
      egress: { allowedHosts: [], allowedCidrs: [] },
      journalDir: './.tollgate/journal',
      journalMaxBytes: 1024 ** 3,
      journalFsync: 'none',
      defaultReserveOutputTokens: 1000,
      batchWriteIntervalMs: 500,
      allowRequestsOnDbUnavailable: true,
      clickHouse: undefined,
      storesPrompts: false,
      writesSpendRows: true,
      spendRetention: { periodMs: undefined, intervalMs: 86_400_000, cron: undefined },
      staleKeyMaxMs: 3_600_000,
      keyCacheTtlMs: 60_000,
      keyCacheMaxSize: 10_000,
      storedResponsesRetentionMs: 30 * 86_400_000,
      keyHeaderName: undefined,
      failsClosedWithoutSharedRates: false,
      alerting: { slackUrls: [], webhookUrls: [], mail: undefined, quietMs: 86_400_000 },
      access: { allowedIps: [], allowedRoutes: [], adminOnlyRoutes: [], publicRoutes: [] },
      requestRules: { enforcedParams: [], mustNameUser: false, refusesClientTags: false, endUserHeaders: [] },
      usesForwardedFor: false,
      trustedProxies: [],
      healthChecks: { inBackground: false, intervalMs: 300_000, showsDetails: true, mostAtOnce: 10 },
    });
    expect(router).toMatchObject({ rules: { strategy: 'power-of-two-choices' }, numRetries: 2, timeoutMs: 6_000_000 });
    expect(requests).toEqual({
      dropParams: false,
      modifyParams: false,
      turnsOffMessageLogging: false,
      discounts: {},
      margins: {},
    });
    expect([models, warnings]).toEqual([[], []]);
  });

  it('sorts the keys of an entry into settings, credentials, settings of the provider and request defaults', () => {
    const [entry] = load(`
model_list:
  - model_name: a
    litellm_params:
      model: bedrock/claude
      api_base: https://example.com/x
      timeout: "12.5"
      drop_params: yes
      aws_region_name: us-east-1
      aws_secret_access_key: shh
      temperature: 0.2
      stop: [x]
      extra_headers: {X-Team: search}
    model_info: {id: one, max_tokens: 5, team: x}
`).models;
    expect(entry).toMatchObject({
      modelName: 'a',
      model: 'bedrock/claude',
      id: 'one',
      baseUrl: 'https://example.com/x',
      timeoutMs: 12_500,
      dropParams: true,
      otherCredentials: { awsSecretAccessKey: 'shh' },
      providerSettings: { aws_region_name: 'us-east-1' },
      defaults: { temperature: 0.2, stop: ['x'] },
      extraHeaders: { 'x-team': 'search' },
      modelInfo: { id: 'one', max_tokens: 5, team: 'x' },
    });
  });

  it('keeps prices exactly as they are written, beyond what a double holds', () => {
    const [entry] = load(`
model_list:
  - model_name: a
    litellm_params:
      model: gpt-4o
      input_cost_per_token: 2.5e-06
      output_cost_per_token: "1e-5"
      input_cost_per_token_above_128k_tokens: 0.00000123456789012345678
    model_info: {input_cost_per_token: 9, cache_read_input_token_cost: 1.25E-6}
`).models;
    expect(entry?.prices).toEqual({
      input_cost_per_token: '0.0000025',
      output_cost_per_token: '0.00001',
      input_cost_per_token_above_128k_tokens: '0.00000123456789012345678',
      cache_read_input_token_cost: '0.00000125',
    });
    expect(entry?.modelInfo['cache_read_input_token_cost']).toBe(1.25e-6);
  });

  it('reads merge keys and anchors', () => {
    const [entry] = load(`
x-base: &base {api_key: k, timeout: 5}
model_list:
  - model_name: a
    litellm_params: {<<: *base, model: gpt-4o, timeout: 9}
`).models;
    expect(entry).toMatchObject({ apiKey: 'k', timeoutMs: 9_000 });
  });

  it('puts the file before the environment', () => {
    const variables = { ...environment, DATABASE_URL: 'postgresql://db/x', STORE_MODEL_IN_DB: 'True' };
    expect(load('', variables).general).toMatchObject({ databaseUrl: 'postgresql://db/x', storeModelInDb: true });
    const text = `general_settings: {master_key: ${masterKey}x, database_url: 'file:x.db', store_model_in_db: false}`;
    expect(load(text, variables).general).toMatchObject({
      masterKey: `${masterKey}x`,
      databaseUrl: 'file:x.db',
      storeModelInDb: false,
    });
  });
});

describe('os.environ', () => {
  it('is replaced in any value, numbers and flags included, after environment_variables were set', () => {
    const config = load(
      `
environment_variables: {KEY: from-file, SECOND: os.environ/OUTER}
model_list:
  - model_name: os.environ/NAME
    litellm_params: {model: gpt-4o, api_key: os.environ/KEY, timeout: os.environ/SECONDS, extra_body: {a: [os.environ/SECOND]}}
litellm_settings: {drop_params: os.environ/DROP}
`,
      { ...environment, NAME: 'n', KEY: 'from-process', SECONDS: '7', DROP: 'True', OUTER: 'o' },
    );
    expect(config.models[0]).toMatchObject({
      modelName: 'n',
      apiKey: 'from-file',
      timeoutMs: 7_000,
      extraBody: { a: ['o'] },
    });
    expect(config.requests.dropParams).toBe(true);
    expect(config.environment).toMatchObject({ KEY: 'from-file', SECOND: 'o' });
  });

  it('makes an entry inactive where its key is not set, and names the variable', () => {
    const text = 'model_list:\n  - model_name: a\n    litellm_params: {model: gpt-4o, api_key: os.environ/ABSENT}\n';
    expect(check(text, { ...environment, ABSENT: '' })).toBe(
      'c.yaml:3: model_list[0].litellm_params.api_key: warning: inactive: the environment variable ABSENT is not set. Set it to serve this model.',
    );
    const config = load(text);
    expect(config.models).toEqual([]);
    expect(config.inactiveModels).toEqual(['a']);
  });

  it('is an error elsewhere, but not in what is not served anyway', () => {
    const text = `
general_settings: {journal_dir: os.environ/ABSENT}
litellm_settings: {s3_callback_params: {host: os.environ/REDIS}}
`;
    expect(check(text)).toContain(
      'c.yaml:2: general_settings.journal_dir: the environment variable ABSENT is not set. Set it, or write the value here.',
    );
    expect(check(text)).not.toContain('REDIS');
  });
});

describe('mistakes', () => {
  it.each([
    [
      'model_list:\n  - model_name: a\n    litellm_params:\n      model: gpt-4o\n      timeout: fast',
      'c.yaml:5: model_list[0].litellm_params.timeout: expected a number, got text. Write for example `timeout: 600`.',
    ],
    [
      'model_list:\n  - model_name: a\n    litellm_params: {api_key: k}',
      'c.yaml:3: model_list[0].litellm_params.model: is missing. Write for example `model: openai/gpt-4o`.',
    ],
    ['model_list: 3', 'c.yaml:1: model_list: expected a list. Begin each entry with `- model_name:`.'],
    [
      'router_settings: {num_retries: -1}',
      'c.yaml:1: router_settings.num_retries: must be at least 0, got -1. Write for example `num_retries: 2`.',
    ],
    [
      'router_settings: {num_retries: 1.5}',
      'c.yaml:1: router_settings.num_retries: expected a whole number, got 1.5. Write for example `num_retries: 2`.',
    ],
    [
      'general_settings:\n  database_url: mysql://x',
      'c.yaml:2: general_settings.database_url: expected `file:...` (SQLite) or `postgresql://...` (PostgreSQL), got text.',
    ],
    [
      'general_settings: {egress: {allowed_cidrs: [10.0.0.0/99]}}',
      'general_settings.egress.allowed_cidrs[0]: expected an address range',
    ],
    [
      'general_settings: {enable_jwt_auth: true, litellm_jwtauth: {custom_validate: mine.check}}',
      'general_settings.litellm_jwtauth.custom_validate: is no JavaScript module. Write for example `./tokens.mjs#validate`',
    ],
    [
      'general_settings: {enable_jwt_auth: true, litellm_jwtauth: {custom_validate: ./gone.mjs}}',
      'general_settings.litellm_jwtauth.custom_validate: there is no ',
    ],
    ['router_settings: {routing_strategy: simple-shufle}', 'Did you mean `simple-shuffle`?'],
    [
      'model_list: [{model_name: a, litellm_params: {model: gpt-4o, input_cost_per_audio_token: cheap}}]',
      'model_list[0].litellm_params.input_cost_per_audio_token: expected a price in USD of 0 or more.',
    ],
    [
      'model_list: [{model_name: a, litellm_params: {model: gpt-4o, api_base: localhost}}]',
      'model_list[0].litellm_params.api_base: expected an http or https address.',
    ],
    [
      `model_list:
  - {model_name: a, litellm_params: {model: gpt-4o}, model_info: {id: one}}
  - {model_name: b, litellm_params: {model: gpt-4o}, model_info: {id: one}}`,
      'c.yaml:3: model_list[1].model_info.id: `one` is also the id of model_list[0] (c.yaml:2).',
    ],
    ['a: [\nb: 2\n', 'c.yaml:2: not valid YAML'],
    ['general_settings: {}\ngeneral_settings: {}', 'c.yaml:2: not valid YAML: Map keys must be unique'],
    ['- a', 'c.yaml:1: a configuration is a map of sections.'],
    ['x-a: &a [*a]', 'the alias `*a` stands within what it names.'],
    ['x-a: *b', 'the alias `*b` names no anchor above it.'],
  ])('%j is reported with its place and its remedy', (text, line) => {
    expect(check(text)).toContain(line);
    expect(() => load(text)).toThrow(ConfigError);
  });

  it('in the name of a member of an issuer is worth a word', () => {
    const issuer = '{issuer: https://a, audience: b, user_id_jwt_feild: sub}';
    expect(check(`general_settings: {litellm_jwtauth: {issuers: [${issuer}]}}`)).toContain(
      'general_settings.litellm_jwtauth.issuers[0].user_id_jwt_feild: warning: unknown key: it has no effect. Did you mean `user_id_jwt_field`?',
    );
  });

  it('are reported all at once, in the order of the file, what further validation finds included', () => {
    const text = `
model_list:
  - model_name: a
    litellm_params: {model: 5.5, timeout: x}
litellm_settings: {num_retries: many}
router_settings: {timeout: 0}
general_settings: {master_key: sk-1234, max_request_size_mb: -1}
`;
    const path = write('c.yaml', text);
    const found = { severity: 'error', file: path, line: 3, path: 'further', message: 'finding' } as const;
    const lines = checkConfig(path, environment, () => [found]).map(({ line, path: at }) => `${line} ${at}`);
    expect(lines).toEqual([
      '3 further',
      '4 model_list[0].litellm_params.timeout',
      '5 litellm_settings.num_retries',
      '6 router_settings.timeout',
      '7 general_settings.max_request_size_mb',
      '7 general_settings.master_key',
    ]);
  });

  it('never repeat a value that may be a secret', () => {
    const printed = check(`
model_list: [{model_name: a, litellm_params: {model: gpt-4o, api_key: [sk-very-secret], timeout: sk-very-secret}}]
general_settings: {master_key: sk-very-secret, database_url: sk-very-secret, store_model_in_db: sk-very-secret}
`);
    expect(printed.split('\n').length).toBe(5);
    expect(printed).not.toContain('very-secret');
  });

  it('keep the server from starting where there is no master key, and are a warning in a check', () => {
    const text = 'general_settings:\n  master_key: os.environ/ABSENT\n';
    expect(() => load(text, {})).toThrow(
      /c\.yaml:2: general_settings\.master_key: there is no master key \(the environment variable ABSENT is not set\)/,
    );
    expect(check(text, {})).toContain('warning: there is no master key');
    expect(load(text).general.masterKey).toBe(masterKey);
  });

  it('are found in the environment too', () => {
    expect(check('', { LITELLM_MASTER_KEY: 'sk-1234' })).toContain(
      'the master key (from LITELLM_MASTER_KEY) is a published one',
    );
    expect(check('', { ...environment, DATABASE_URL: 'mysql://x' })).toContain('DATABASE_URL is neither');
  });
});

describe('keys', () => {
  it.each([
    ['modle_list: []', 'c.yaml:1: modle_list: warning: unknown key: it has no effect. Did you mean `model_list`?'],
    [
      'litellm_settings: {drop_parms: true}',
      'litellm_settings.drop_parms: warning: unknown key: it has no effect. Did you mean `drop_params`?',
    ],
    [
      'litellm_settings: {store_audit_logs: false}',
      'litellm_settings.store_audit_logs: warning: has no effect: the audit log is always kept. Remove the line.',
    ],
    [
      'general_settings: {frobnicate: 1}',
      'general_settings.frobnicate: warning: unknown key: it has no effect. Remove it.',
    ],
    [
      'general_settings: {client_cache: {maxsize: 1}}',
      'general_settings.client_cache.maxsize: warning: unknown key: it has no effect. Did you mean `max_size`?',
    ],
    [
      'general_settings: {ui_access_mode: all}',
      'general_settings.ui_access_mode: warning: known to LiteLLM, not served by this version',
    ],
    [
      'router_settings: {drop_params: true}',
      'router_settings.drop_params: warning: has no effect here: it belongs in `litellm_settings`.',
    ],
    [
      'router_settings: {optional_pre_call_checks: [encrypted_content_affinity]}',
      'router_settings.optional_pre_call_checks[0]: warning: known to LiteLLM, not served by this version: it has no effect.',
    ],
    [
      'router_settings: {enforce_fallback_model_access: false}',
      'warning: has no effect: a fallback never leads a key to a model that it may not use.',
    ],
    [
      'router_settings: {allowed_fails_policy: {BadRequestErrorAllowedFails: 1}}',
      'warning: has no effect: what a request itself is to blame for never counts.',
    ],
    [
      'model_list: [{model_name: a, litellm_params: {model: b}, model_inf: {id: x}}]',
      'model_list[0].model_inf: warning: unknown key: it has no effect. Did you mean `model_info`?',
    ],
    [
      'model_list: [{model_name: a, litellm_params: {model: b, api_bse: x}}]',
      'api_bse: warning: sent to the provider as a request parameter. Did you mean `api_base`?',
    ],
  ])('%j warns, and the configuration is used', (text, line) => {
    expect(check(text)).toContain(line);
    expect(() => load(text)).not.toThrow();
  });

  it.each([
    'general_settings: {enable_oauth2_proxy_auth: true}',
    'general_settings: {allowed_ips: [nowhere]}',
    'general_settings: {allowed_ips: []}',
    'general_settings: {allowed_routes: []}',
    'general_settings: {admin_only_routes: [v1/models]}',
    'general_settings: {user_header_mappings: [{header_name: x-user, litellm_user_role: internal_user}]}',
    'general_settings: {key_management_system: aws_kms}',
    'litellm_settings: {callbacks: [langfuse, detect_prompt_injection]}',
    'litellm_settings: {guardrails: [{g: {callbacks: [x], default_on: true}}]}',
    'model_list: [{model_name: a, litellm_params: {model: b, guardrails: [g]}}]',
    `litellm_settings: {master_key: ${masterKey}}`,
    'router_settings: {max_internal_user_budget: 3}',
    'general_settings: {max_budget: 3}',
  ])('%s is not ignored: without it something would be open', (text) => {
    expect(() => load(text)).toThrow(ConfigError);
  });

  it.each([
    'general_settings: {enable_jwt_auth: false, allowed_ips: [10.0.0.1], custom_auth: }',
    'litellm_settings: {guardrails: [{g: {callbacks: [x], default_on: false}}]}',
    'litellm_settings: {callbacks: [langfuse]}',
    'router_settings: {optional_pre_call_checks: [prompt_caching]}',
    'litellm_settings: {budget_exceeded_throttle_percentage: 50}',
  ])('%s protects nothing and does not hinder', (text) => {
    expect(() => load(text)).not.toThrow();
  });

  it.each([
    'litellm_settings: {max_internal_user_budget: 10, internal_user_budget_duration: 30d}',
    'router_settings: {routing_strategy: provider-budget-routing, provider_budget_config: {openai: {budget_limit: 1, time_period: 1d}}}',
    'router_settings: {optional_pre_call_checks: [router_budget_limiting]}',
    'model_list: [{model_name: a, litellm_params: {model: b, max_budget: 3, budget_duration: 1d}}]',
  ])('%s is served, without a word', (text) => {
    expect(check(text)).toBe('');
  });

  it('that are request parameters need no word', () => {
    expect(
      check('model_list: [{model_name: a, litellm_params: {model: b, temperature: 1, max_tokens: 5, top_k: 3}}]'),
    ).toBe('');
  });
});

describe('include', () => {
  it('appends lists, merges maps and keeps the place of every value', () => {
    write(
      'more.yaml',
      'model_list:\n  - model_name: b\n    litellm_params: {model: b, rpm: x}\nlitellm_settings: {num_retries: 5}\n',
    );
    const path = write(
      'c.yaml',
      'include: [more.yaml]\nmodel_list: [{model_name: a, litellm_params: {model: a}}]\nlitellm_settings: {drop_params: true}\n',
    );
    expect(describeProblems(checkConfig(path, environment))).toBe(
      `${folder}/more.yaml:3: model_list[0].litellm_params.rpm: expected a number, got text. Write for example \`rpm: 600\`.`,
    );
    write(
      'more.yaml',
      'model_list: [{model_name: b, litellm_params: {model: b}}]\nlitellm_settings: {num_retries: 5}\n',
    );
    const config = loadConfig(path, environment);
    expect(config.models.map(({ modelName }) => modelName)).toEqual(['a', 'b']);
    expect(config).toMatchObject({ requests: { dropParams: true }, router: { numRetries: 5 } });
    expect(config.files).toEqual([path, join(folder, 'more.yaml')]);
  });

  it('keeps the value of the including file, and says so', () => {
    write('more.yaml', 'litellm_settings:\n  num_retries: 5\n');
    const config = load('include: [more.yaml]\nlitellm_settings: {num_retries: 1}\n');
    expect(config.router.numRetries).toBe(1);
    expect(describeProblems(config.warnings)).toBe(
      `${folder}/more.yaml:2: litellm_settings.num_retries: warning: is also set in ${folder}/c.yaml:2, which stays. Remove one of the two.`,
    );
  });

  it('reports missing files and circles where they are included', () => {
    write('back.yaml', 'include: [c.yaml]\n');
    const printed = check('include:\n  - absent.yaml\n  - back.yaml\n');
    expect(printed).toContain('c.yaml:2: include[0]: there is no file absent.yaml.');
    expect(printed).toContain(
      'back.yaml:1: include[0]: the include goes round in a circle: c.yaml -> back.yaml -> c.yaml.',
    );
  });
});

it('the example works without any key, and with one serves that provider', () => {
  const example = join(__dirname, '../../config.example.yaml');
  const names = (variables: Record<string, string>): string[] =>
    loadConfig(example, { ...environment, ...variables }).models.map(({ modelName }) => modelName);
  expect(names({})).toEqual(['demo']);
  expect(names({ ANTHROPIC_API_KEY: 'k' })).toEqual(['demo', 'anthropic/*']);
});
