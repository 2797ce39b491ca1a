/** Model names with `*`: which names fit, and what the star stood for. */

/** Longer names are no model's, and would only be work. */
const longestName = 512;

export class WildcardPattern {
  private readonly regex: RegExp;

  constructor(readonly pattern: string) {
    const literal = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    this.regex = new RegExp(`^${literal.join('(.*)')}$`, 's');
  }

  /** What each star stands for, or null where the name does not fit. */
  match(name: string): readonly string[] | null {
    if (name.length > longestName) return null;
    return this.regex.exec(name)?.slice(1) ?? null;
  }
}

export function isPattern(name: string): boolean {
  return name.includes('*');
}

/** The most specific first: more literal characters, then fewer stars, then the order of the file. */
export function compareSpecificity(left: string, right: string): number {
  const stars = (pattern: string): number => pattern.split('*').length - 1;
  const literals = (pattern: string): number => pattern.length - stars(pattern);
  return literals(right) - literals(left) || stars(left) - stars(right);
}

/**
 * The provider's name for a request: the stars of `template` filled in order. A template with fewer stars than the
 * pattern takes the whole name; one with none is the name itself.
 */
export function fillTemplate(template: string, stars: readonly string[], name: string): string {
  const places = template.split('*').length - 1;
  if (places === 0) return template;
  if (stars.length > places) return name;
  let index = 0;
  return template.replace(/\*/g, () => stars[index++] ?? '');
}
