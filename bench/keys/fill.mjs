/** Fills a migrated PostgreSQL database with made-up keys: 100,000 users, 1,000 teams, 50 organizations; one user and one team have very many keys. */
import { fillTable } from '../database/postgres.mjs';

// Half of the keys have an alias; of those that expire the older ones have expired.
const keys = `
INSERT INTO virtual_keys (token, key_name, key_alias, models, metadata, user_id, team_id, organization_id, blocked, expires, created_at, created_by, updated_at, updated_by)
SELECT encode(sha256(i::text::bytea), 'hex'), 'sk-...' || lpad((i % 10000)::text, 4, '0'), CASE WHEN i % 2 = 1 THEN 'key-' || i END, '[]', '{}',
  CASE WHEN i % 10 = 0 THEN 'busy-user' ELSE 'user-' || (i % 100000) END,
  CASE WHEN i % 5 = 0 THEN 'busy-team' ELSE 'team-' || (i % 1000) END, 'organization-' || (i % 50), i % 100 = 0,
  CASE WHEN i % 20 = 0 THEN $3::timestamptz + interval '1 day' - i * interval '1 second' END,
  $3::timestamptz - i * interval '1 second', 'admin-' || (i % 10), $3::timestamptz - ((i * 7919) % 31536000) * interval '1 second', 'admin'
FROM generate_series($1::bigint, $2::bigint) AS i`;

export async function fillKeys(client, rows, log) {
  await fillTable(client, 'virtual_keys', keys, { rows, values: [new Date()], log });
}
