/** Takes keys and internal addresses out of a text that a provider wrote and a client will read. */

/** Longer than any error message that says something, shorter than an echoed prompt. */
const longestMessage = 2_000;

// Known key prefixes, and whatever is said to be a key or follows `Bearer`; providers echo them half-starred or whole.
const keys = /\b(?:sk|pk|rk|gsk|xai|pplx|nvapi|fw|csk|hf|tgp|r8|key|AIza|AKIA|ya29)[-_.]?[\w*.…-]{8,}/g;
const starredKeys = /\b(?:sk|gsk|xai|pplx|nvapi|csk|hf|key)[-_][\w-]*\*+[\w*-]*/g;
const saidToBeKeys = /((?:api[ _-]?key|token)(?: provided| given)?\s*[:=]\s*["'`]?)(?!\[)[^\s"'`,;)]{4,}/gi;
const bearer = /\b(bearer|basic)\s+[\w.~+/=*-]{6,}/gi;
const urls = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'`<>)\]}]+/gi;
const addresses = /\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g;

/** The text with keys as `[key]` and private or credential-bearing addresses as `[address]`, cut to 2,000 characters. */
export function maskSecrets(text: string): string {
  return text
    .slice(0, longestMessage)
    .replace(urls, (url) => (isPublicLink(url) ? url : '[address]'))
    .replace(addresses, '[address]')
    .replace(bearer, '$1 [key]')
    .replace(keys, (match) => (/[\d*…]/.test(match) ? '[key]' : match))
    .replace(starredKeys, '[key]')
    .replace(saidToBeKeys, '$1[key]');
}

/** A link that a reader may follow: https to a named public host, with no credentials and no query in it. */
function isPublicLink(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const named =
    /\.[a-z]{2,}\.?$/i.test(url.hostname) && !/\.(?:local|internal|lan|svc|cluster|test|home)$/i.test(url.hostname);
  return url.protocol === 'https:' && named && url.username === '' && url.password === '' && url.search === '';
}
