/** A LiteLLM database with some of everything in it. */
import { createCipheriv, hash, randomBytes } from 'node:crypto';
import { keyHash } from '../../../src/auth/key-hash.js';
import type { TestDatabase } from '../support/databases.js';
import { insertRows, makeLiteLLMTables } from './litellm-schema.js';

export const issuedKey = 'sk-issued-by-litellm-0001';
export const blockedKey = 'sk-issued-by-litellm-blocked';
export const expiredKey = 'sk-issued-by-litellm-expired';
export const replacedKey = 'sk-issued-by-litellm-replaced';

const by = { created_by: 'admin', updated_by: 'admin' };
const soon = '2099-01-01 00:00:00';
const json = (value: unknown): string => JSON.stringify(value);

export const saltKey = 'sk-litellm-salt-of-the-test-0001';

/** As LiteLLM seals: AES-256-GCM under the salt key's SHA-256. */
export function sealed(text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', hash('sha256', saltKey, 'buffer'), nonce);
  const parts = [nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()];
  return `v2:gcm:${Buffer.concat(parts).toString('base64url')}`;
}

export async function fillLiteLLM(source: Pick<TestDatabase, 'url' | 'sql'>): Promise<void> {
  await makeLiteLLMTables(source);
  await insertRows(source, 'LiteLLM_BudgetTable', [
    { budget_id: 'b-org', max_budget: 100.5, budget_duration: '30d', tpm_limit: '5000000000', ...by },
    { budget_id: 'b-member', max_budget: 7, allowed_models: ['demo'], ...by },
    { budget_id: 'b-broken', max_budget: 5, budget_duration: 'fortnight', ...by },
    {
      budget_id: 'b-customer',
      max_budget: 0.000000001,
      rpm_limit: 3,
      model_max_budget: json({ demo: { budget_limit: 0.5, time_period: '1d' } }),
      ...by,
    },
  ]);
  await insertRows(source, 'LiteLLM_OrganizationTable', [
    {
      organization_id: 'org-1',
      organization_alias: 'Acme',
      budget_id: 'b-org',
      models: ['demo'],
      spend: 12.25,
      metadata: json({ a: 1 }),
      ...by,
    },
    { organization_id: 'org-2', organization_alias: 'Broken', budget_id: 'b-broken', models: [], ...by },
  ]);
  await insertRows(source, 'LiteLLM_UserTable', [
    {
      user_id: 'ada',
      user_email: 'Ada@Example.com',
      user_role: 'proxy_admin',
      password: 'scrypt:abc',
      models: [],
      spend: 0.1,
      max_budget: 10,
      budget_duration: '30d',
      budget_reset_at: soon,
    },
    {
      user_id: 'bob',
      user_email: 'bob@example.com',
      user_role: 'org_admin',
      models: ['demo'],
      sso_user_id: 'sso-1',
      tpm_limit: '100',
      teams: ['team-1'],
    },
    { user_id: 'bob-2', user_email: 'BOB@example.com', user_role: 'internal_user', models: [] },
    { user_id: 'eve', user_role: 'superuser', models: [] },
    { user_id: 'rich', user_role: 'internal_user', models: [], max_budget: -1 },
  ]);
  await insertRows(source, 'LiteLLM_OrganizationMembership', [
    { user_id: 'bob', organization_id: 'org-1', user_role: 'org_admin' },
    { user_id: 'ada', organization_id: 'org-2', user_role: 'internal_user' },
  ]);
  await insertRows(source, 'LiteLLM_ModelTable', [{ id: 1, aliases: json({ fast: 'demo' }), ...by }]);
  await insertRows(source, 'LiteLLM_TeamTable', [
    {
      team_id: 'team-1',
      team_alias: 'Research',
      organization_id: 'org-1',
      members_with_roles: json([
        { user_id: 'ada', role: 'admin' },
        { user_id: 'bob', role: 'user' },
        { user_email: 'x@y.z', role: 'user' },
      ]),
      admins: ['ada'],
      members: ['carol'],
      metadata: json({
        logging: [{ callback_name: 'langfuse', callback_vars: { k: 'langfuse-secret' } }],
        model_rpm_limit: { demo: 9 },
        team_member_budget_id: 'b-member',
        kept: true,
      }),
      max_budget: 20,
      budget_duration: '7d',
      budget_reset_at: soon,
      spend: 3.000000001,
      models: ['demo'],
      rpm_limit: '60',
      model_id: 1,
      team_member_permissions: ['/key/generate'],
      budget_limits: json([{ budget_duration: '1d', max_budget: 2 }]),
    },
  ]);
  await insertRows(source, 'LiteLLM_TeamMembership', [
    { team_id: 'team-1', user_id: 'bob', spend: 1.5, budget_id: 'b-member' },
    { team_id: 'team-1', user_id: 'ada', spend: 0 },
    { team_id: 'team-gone', user_id: 'ada', spend: 2, budget_id: 'b-member' },
  ]);
  await insertRows(source, 'LiteLLM_ProjectTable', [
    {
      project_id: 'p-1',
      project_alias: 'Rocket',
      description: 'to the moon',
      team_id: 'team-1',
      models: [],
      spend: 0.5,
      model_rpm_limit: json({ demo: 4 }),
      ...by,
    },
  ]);
  await insertRows(source, 'LiteLLM_EndUserTable', [
    { user_id: 'customer-1', alias: 'First', budget_id: 'b-customer', spend: 0.25, allowed_model_region: 'eu' },
    { user_id: 'customer-2', blocked: true },
  ]);
  await insertRows(source, 'LiteLLM_TagTable', [
    { tag_name: 'nightly', description: 'jobs', models: ['m-1'], spend: 4, budget_id: 'b-member' },
  ]);
  await insertRows(source, 'LiteLLM_AccessGroupTable', [
    {
      access_group_id: 'ag-1',
      access_group_name: 'beta',
      access_model_names: ['demo'],
      assigned_team_ids: ['team-1'],
      access_agent_ids: ['agent'],
    },
  ]);
  await insertRows(source, 'LiteLLM_CredentialsTable', [
    {
      credential_id: 'c1',
      credential_name: 'openai-main',
      credential_values: json({ api_key: sealed('sk-provider-secret') }),
      credential_info: json({ provider: 'openai' }),
      ...by,
    },
  ]);
  await insertRows(source, 'LiteLLM_ProxyModelTable', [
    {
      model_id: 'm-1',
      model_name: 'stored',
      litellm_params: json({ model: sealed('openai/gpt-4o'), api_key: sealed('sk-provider-secret'), rpm: 5 }),
      model_info: json({ id: 'm-1', mode: 'chat' }),
      ...by,
    },
    {
      model_id: 'm-2',
      model_name: 'from-env',
      litellm_params: json({ model: sealed('openai/gpt-4o'), api_key: sealed('os.environ/OPENAI_API_KEY') }),
      ...by,
    },
  ]);
  await insertRows(source, 'LiteLLM_VerificationToken', keyRows());
  await insertRows(source, 'LiteLLM_DeprecatedVerificationToken', [
    { id: 'd1', token: keyHash(replacedKey), active_token_id: keyHash(issuedKey), revoke_at: soon },
    { id: 'd2', token: keyHash('sk-long-gone'), active_token_id: keyHash(issuedKey), revoke_at: '2020-01-01 00:00:00' },
  ]);
}

function keyRows(): Record<string, unknown>[] {
  return [
    {
      token: keyHash(issuedKey),
      key_name: 'sk-...0001',
      key_alias: 'ci',
      user_id: 'bob',
      team_id: 'team-1',
      organization_id: 'org-1',
      project_id: 'p-1',
      models: ['demo'],
      spend: 1.23456789,
      max_budget: 50,
      budget_duration: '30d',
      budget_reset_at: soon,
      model_max_budget: json({ demo: { max_budget: 5, budget_duration: '1d' } }),
      metadata: json({
        tags: ['nightly'],
        model_tpm_limit: { demo: 1000 },
        enforced_params: ['user'],
        guardrails: ['pii'],
      }),
      aliases: json({ quick: 'demo' }),
      allowed_cache_controls: ['ttl'],
      allowed_routes: ['llm_api_routes'],
      rpm_limit: '30',
      max_parallel_requests: 4,
      budget_fallbacks: json({ demo: ['cheap'] }),
      rotation_count: 2,
      created_at: '2025-03-01 10:00:00',
      created_by: 'ada',
    },
    { token: keyHash(blockedKey), key_name: 'sk-...cked', models: [], blocked: true, agent_id: 'agent' },
    { token: keyHash(expiredKey), key_name: 'sk-...ired', models: [], expires: '2024-01-01 00:00:00' },
    { token: keyHash('sk-same-alias'), key_name: 'sk-...lias', key_alias: 'ci', models: [] },
    { token: keyHash('sk-of-broken-budget'), models: [], budget_id: 'b-broken' },
    { token: keyHash('sk-dashboard-session'), models: [], team_id: 'litellm-dashboard' },
    { token: keyHash('sk-of-a-user-who-stays'), models: [], user_id: 'rich' },
    { token: 'no-hash', models: [] },
    ...Array.from({ length: 230 }, (_, n) => ({ token: keyHash(`sk-bulk-${n}`), models: [], spend: 0.001 * n })),
  ];
}
