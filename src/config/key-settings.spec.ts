/** What the configuration says of keys: LiteLLM's settings, and none of them silently ignored. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkConfig, loadConfig } from './load-config.js';

const masterKey = 'sk-keys-7f1c8a02d94b47e5b3710c9e5d2a6b84';

function fileWith(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'tollgate-key-settings-')), 'config.yaml');
  writeFileSync(file, text);
  return file;
}
const load = (text: string, environment: Record<string, string> = {}) =>
  loadConfig(fileWith(text), { TOLLGATE_MASTER_KEY: masterKey, ...environment }).keys;
const problems = (text: string, environment: Record<string, string> = {}): string[] =>
  checkConfig(fileWith(text), { TOLLGATE_MASTER_KEY: masterKey, ...environment }).map(
    ({ severity, message }) => `${severity}: ${message}`,
  );

it('without a word of it, keys are as they are asked for, and an old value ends at once', () => {
  expect(load('{}')).toEqual({
    defaults: {},
    upperBounds: {},
    generation: {},
    allowsCustomKeys: true,
    gracePeriod: null,
  });
});

it('reads all of it', () => {
  const text = `
litellm_settings:
  default_key_generate_params: {max_budget: 1.5, duration: 30d, models: [a], metadata: {b: 1}, user_id: u, allowed_routes: [llm_api_routes]}
  upperbound_key_generate_params: {max_budget: 100, tpm_limit: 5, budget_duration: 1mo}
  key_generation_settings:
    team_key_generation: {allowed_team_member_roles: [admin], required_params: [tags]}
    personal_key_generation: {allowed_user_roles: [proxy_admin]}
general_settings: {disable_custom_api_keys: true}
`;
  expect(load(text, { LITELLM_KEY_ROTATION_GRACE_PERIOD: '24h' })).toEqual({
    defaults: { max_budget: 1.5, duration: '30d', models: ['a'], metadata: { b: 1 }, user_id: 'u', allowed_routes: ['llm_api_routes'] }, // prettier-ignore
    upperBounds: { max_budget: 100, tpm_limit: 5, budget_duration: '1mo' },
    generation: {
      team_key_generation: { allowed_team_member_roles: ['admin'], required_params: ['tags'] },
      personal_key_generation: { allowed_user_roles: ['proxy_admin'] },
    },
    allowsCustomKeys: false,
    gracePeriod: '24h',
  });
});

it.each([
  ['litellm_settings: {upperbound_key_generate_params: {max_budgt: 1}}', 'error: is not enforced on keys'],
  ['litellm_settings: {default_key_generate_params: {guardrails: [g]}}', 'error: is not enforced on keys'],
  ['litellm_settings: {key_generation_settings: {teams: {}}}', 'error: is not enforced on keys'],
  [
    'litellm_settings: {upperbound_key_generate_params: {duration: soon}}',
    'error: expected a whole number with a unit',
  ],
  ['litellm_settings: {upperbound_key_generate_params: {max_budget: -1}}', 'error: '],
])('%s is a mistake that is named', (text, expected) => {
  expect(problems(text)).toEqual([expect.stringContaining(expected)]);
});

it('a grace period that is none is warned of, and none is granted', () => {
  const environment = { LITELLM_KEY_ROTATION_GRACE_PERIOD: 'a day' };
  expect(problems('{}', environment)).toEqual([expect.stringContaining('LITELLM_KEY_ROTATION_GRACE_PERIOD')]);
  expect(load('{}', environment).gracePeriod).toBeNull();
});
