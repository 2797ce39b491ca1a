/** Takes out of a text what looks like a credential: the last net under a log line, not a licence to log secrets. */

const patterns: readonly (readonly [RegExp, string])[] = [
  // Keys of this gateway and of most providers: a short prefix, then a long random rest.
  [/\b((?:sk|pk|rk|gsk|xai|key|hf|r8|pplx|nvapi)[-_])[\w-]{12,}/g, '$1***'],
  [/\bAIza[\w-]{20,}/g, 'AIza***'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 ***'],
  // A URL's user and password, such as a database's.
  // From the start of a word: tried from within it, a long word would take its length squared.
  [/\b(\w+:\/\/[^\s:/@]*):[^\s@/]+@/g, '$1:***@'],
  [/([?&](?:key|api_key|api-key|token|access_token|signature)=)[^&\s"']+/gi, '$1***'],
];

export function withoutSecrets(text: string): string {
  return patterns.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}
