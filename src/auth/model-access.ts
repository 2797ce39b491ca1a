/** Which models a key may use: names, patterns such as `openai/*`, access groups, and the special names of LiteLLM. */

/**
 * @param allowed empty for all models
 * @param accessGroups those that the model is in
 */
export function mayUseModel(allowed: readonly string[], model: string, accessGroups: readonly string[] = []): boolean {
  if (allowed.length === 0) return true;
  return allowed.some(
    (entry) => entry === model || entry === 'all-proxy-models' || accessGroups.includes(entry) || matches(entry, model),
  );
}

function matches(pattern: string, model: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return false;
  const prefix = pattern.slice(0, star);
  const suffix = pattern.slice(star + 1);
  return model.length >= prefix.length + suffix.length && model.startsWith(prefix) && model.endsWith(suffix);
}
