/** Which parameters of a model are secrets, and the parameters without them. */

export const secretKeys: ReadonlySet<string> = new Set([
  'aws_access_key_id',
  'aws_secret_access_key',
  'aws_session_token',
  'aws_bearer_token',
  'aws_web_identity_token',
  'azure_ad_token',
  'azure_password',
  'client_secret',
  'vertex_credentials',
  'vertex_ai_credentials',
  'token',
  'private_key',
  'zen_api_key',
]);

/** A key whose environment variable being unset leaves the entry without a way to its provider. */
export function isConnectionKey(key: string): boolean {
  return key === 'api_key' || key === 'api_base' || key === 'base_url' || secretKeys.has(key);
}

/** What stands in the place of a secret in everything that is shown. */
export const secretMask = '*****';

/** Headers that hold no secret; of any other the value is one. */
const openHeaders: ReadonlySet<string> = new Set([
  ...['accept', 'anthropic-beta', 'anthropic-version', 'content-type', 'openai-beta', 'user-agent'],
]);
const secretMember =
  /(?:^|[_-])(?:api_?key|key|token|secret|password|passwd|authorization|credentials?|cookie|private_?key|access_?key_?id|secret_?access_?key|connection_?string|webhook_?url)$/i;
/** Names that end like secrets and are none. */
const plainMember = /^(?:litellm_credential_name|prompt_cache_key|max_.*token|.*_per_[a-z_]*token)$/i;
const secretValue = /^(?:sk-[\w-]{8,}|Bearer\s|eyJ[\w-]+\.|-----BEGIN )/;

/** True for names whose values are secrets, of parameters and of whatever else. */
export function isSecretName(name: string): boolean {
  return secretKeys.has(name) || (secretMember.test(name) && !plainMember.test(name));
}

/** A copy whose secrets are masked at every depth; an address loses its query, which may hold a key. */
export function withoutSecretParams(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, shown(name, value)]));
}

/** Whether anything of it is a secret. */
export function holdsSecrets(params: Readonly<Record<string, unknown>>): boolean {
  return JSON.stringify(withoutSecretParams(params)) !== JSON.stringify(params);
}

function shown(name: string, value: unknown): unknown {
  if (value === null || value === undefined || value === '') return value;
  // A reference says where the secret is, and nothing of it.
  if (typeof value === 'string' && value.startsWith('os.environ/')) return value;
  if (isSecretName(name)) return secretMask;
  if (Array.isArray(value)) return value.map((item) => shown('', item));
  if (typeof value === 'object') {
    const members = Object.entries(value);
    return Object.fromEntries(
      members.map(([inner, item]) => [
        inner,
        (name === 'extra_headers' || name === 'headers') && !openHeaders.has(inner.toLowerCase())
          ? secretMask
          : shown(inner, item),
      ]),
    );
  }
  if (typeof value !== 'string') return value;
  return secretValue.test(value) ? secretMask : withoutQuery(value);
}

function withoutQuery(text: string): string {
  return /^(?:https?|postgres(?:ql)?|rediss?):\/\//i.test(text)
    ? text.replace(/^([a-z]+:\/\/)[^/@]*@/i, '$1').replace(/[?#].*$/s, '')
    : text;
}
