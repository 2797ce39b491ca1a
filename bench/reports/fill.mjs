/** Fills a migrated PostgreSQL database with made-up rows of the spend log and of the sums by day. */
import { fillTable } from '../database/postgres.mjs';

const days = 365;

const spendLogs = `
INSERT INTO spend_logs (request_id, started_at, api_key_hash, model_group, model, model_id, user_id, team_id, end_user, status, spend_nanos, total_tokens, detail)
SELECT 'bench-' || lpad(to_hex(n), 12, '0'),
  $3::timestamptz - interval '1 millisecond' * (n * (${days}::bigint * 86400000 / $4::bigint)),
  md5('key' || k) || md5(k::text), 'group-' || k % 20, 'model-' || k % 40, 'deployment-' || k % 60,
  'user-' || k % 5000, 'team-' || k % 200,
  CASE WHEN n % 3 = 0 THEN 'customer-' || n % 20000 END,
  CASE WHEN n % 50 = 0 THEN 'failure' ELSE 'success' END,
  (n * 7919) % 50000000, 1500 + n % 1000,
  jsonb_build_object('callType', 'acompletion', 'endedAtMs', 1764000000000 + n % 60000, 'promptTokens', 1000, 'completionTokens', 500 + n % 1000,
    'provider', 'openai', 'apiBase', 'https://api.openai.com/v1', 'stream', n % 2 = 0, 'keyAlias', 'alias-' || k, 'organizationId', 'organization-' || k % 20,
    'sessionId', 'session-' || n % 100000, 'errorCode', CASE WHEN n % 50 = 0 THEN 'upstream_timeout' END, 'attempts', '[]'::jsonb)
FROM (SELECT n, (n * 2654435761) % 10000 AS k FROM generate_series($1::bigint, $2::bigint) AS n) AS made`;

const dailySpend = `
INSERT INTO daily_spend (id, date, kind, entity, api_key_hash, user_id, team_id, organization_id, project_id, model_group, model, provider,
  requests, failed_requests, prompt_tokens, completion_tokens, cache_read_tokens, cache_write_tokens, spend_nanos)
SELECT md5(n::text), to_char($3::timestamptz - interval '1 day' * (n % ${days}), 'YYYY-MM-DD'),
  CASE WHEN n % 4 = 0 THEN 'customer' WHEN n % 4 = 1 THEN 'tag' ELSE 'all' END,
  CASE WHEN n % 4 = 0 THEN 'customer-' || n % 20000 WHEN n % 4 = 1 THEN 'tag-' || n % 500 ELSE '' END,
  md5('key' || k) || md5(k::text), 'user-' || k % 5000, 'team-' || k % 200, 'organization-' || k % 20, '',
  'group-' || k % 20, 'model-' || k % 40, 'openai', 1 + n % 30, n % 2, 30000, 15000, 0, 0, (n * 7919) % 900000000
FROM (SELECT n, (n * 2654435761) % 10000 AS k FROM generate_series($1::bigint, $2::bigint) AS n) AS made
WHERE $4::bigint > 0`;

export async function fillReports(client, rows, log) {
  const values = [new Date(), rows];
  await fillTable(client, 'spend_logs', spendLogs, { rows, values, log });
  await fillTable(client, 'daily_spend', dailySpend, { rows, values, log });
}
