/** Takes secrets out of what the audit log tells: each is replaced by its HMAC. */
import { createHmac } from 'node:crypto';

/** Members that hold credentials, whatever they look like. */
const secretNames =
  /^(key|token|new_key|new_master_key|password|.*(api_key|apikey|_key_id|secret|password|passwd|token|credentials|authorization|private_key|access_key|connection_string|webhook_url))$/i;
/** Members that end like secrets and are none. */
const plainNames = /^(max_tokens|.*_tokens|token_id|key_alias|key_name|.*_per_token|budget_.*)$/i;
/** Values that are credentials wherever they stand. */
const secretValues = /^(sk-[\w-]{8,}|Bearer\s.+|eyJ[\w-]+\.[\w-]+\.[\w-]*|-----BEGIN .*)/s;

/** A copy of a JSON value with `hmac:<hex>` in the place of each secret. */
export function withoutSecrets(value: unknown, key: Buffer, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, key, name));
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([inner, item]) => [inner, withoutSecrets(item, key, inner)]));
  }
  if (typeof value !== 'string' || value === '') return value;
  const isSecret = secretValues.test(value) || (secretNames.test(name) && !plainNames.test(name));
  return isSecret ? `hmac:${createHmac('sha256', key).update(value).digest('hex')}` : value;
}
