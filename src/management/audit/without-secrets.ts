/** Takes secrets out of what the audit log tells: each is replaced by its HMAC. */
import { createHmac } from 'node:crypto';

/** Members that hold credentials, whatever these look like; names in snake_case. */
const secretNames =
  /^(keys?|tokens?|new_(master_)?key|pat)$|(^|_)(api_?key|(access|secret|private|signing|encryption|master|salt|account)_key|key_id|secrets?|secret_access_key|password|password_hash|passwd|passphrase|token|auth|authorization|cookie|credentials?|connection_string|webhook_url|dsn|sealed_\w+)$/;
/** Members that end like secrets and are none. */
const plainNames = /^(token_id|.*_per_token|budget_.*)$/;
/** Members all of whose values are credentials. */
const secretContainers = /(^|_)(credentials|credential_values|environment_variables|headers|secrets|callback_vars)$/;

/** What is a credential wherever it stands; the second group alone where there is one. */
const secretTexts: readonly RegExp[] = [
  /\b(?:sk|pk|rk|gsk|xai|hf|r8|pplx|nvapi)[-_][\w-]{8,}/g,
  /\bAIza[\w-]{20,}|\bAKIA[0-9A-Z]{16}\b/g,
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /-----BEGIN [^-]*-----[^-]*(?:-----END [^-]*-----)?/g,
  /(\b(?:Bearer|Basic)\s+)([\w.~+/=-]{8,})/gi,
  // A URL's password, and what its query calls a key.
  /(\w+:\/\/[^\s:/@]*:)([^\s@/]+)(?=@)/g,
  /([?&](?:key|api_key|api-key|token|access_token|signature|sig)=)([^&\s"']+)/gi,
  /(\b(?:AccountKey|SharedAccessKey|Password|Pwd)=)([^;\s"']+)/gi,
];

/** A copy of a JSON value with `hmac:<hex>` in the place of each secret. */
export function withoutSecrets(value: unknown, key: Buffer): unknown {
  return copyOf(value, key, false);
}

/** A text with `hmac:<hex>` in the place of each part that is a credential by its looks. */
export function textWithoutSecrets(text: string, key: Buffer): string {
  return secretTexts.reduce(
    (rest, pattern) =>
      rest.replace(pattern, (whole: string, before: unknown, secret: unknown) =>
        typeof before === 'string' && typeof secret === 'string'
          ? before + (secret.startsWith('hmac:') ? secret : hmacOf(secret, key))
          : hmacOf(whole, key),
      ),
    text,
  );
}

function copyOf(value: unknown, key: Buffer, isSecret: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => copyOf(item, key, isSecret));
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([given, item]) => {
      const name = snakeCase(given);
      const within = isSecret || secretContainers.test(name) || (secretNames.test(name) && !plainNames.test(name));
      return [textWithoutSecrets(given, key), copyOf(item, key, within)] as const;
    });
    return Object.fromEntries(entries);
  }
  if (typeof value === 'bigint') return isSecret ? hmacOf(String(value), key) : String(value);
  if (typeof value === 'number') return isSecret ? hmacOf(String(value), key) : value;
  if (typeof value !== 'string' || value === '') return value;
  return isSecret ? hmacOf(value, key) : textWithoutSecrets(value, key);
}

function hmacOf(secret: string, key: Buffer): string {
  return `hmac:${createHmac('sha256', key).update(secret).digest('hex')}`;
}

/** `apiKey` and `X-Api-Key` are `api_key`. */
function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();
}
