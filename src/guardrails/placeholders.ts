/** Names for what is masked, one for each value, from which the value can be had back. */

/** Kinds of personal data are named by operators too. */
const placeholderShape = /<[^<>]+_\d+>/g;

/**
 * Placeholders of one request, such as `<EMAIL_ADDRESS_1>`. Numbered in the order in which values come up, so that the same request is masked
 * the same way each time: a provider's prompt cache and the gateway's own know it again.
 */
export class Placeholders {
  private readonly taken: Set<string>;
  private readonly byValue = new Map<string, string>();
  private readonly counts = new Map<string, number>();
  readonly originals = new Map<string, string>();

  /** @param texts what they may not be confused with: a placeholder that stands in them already is not used */
  constructor(texts: readonly string[]) {
    this.taken = new Set(texts.flatMap((text) => text.match(placeholderShape) ?? []));
  }

  /** The same for the same value. */
  placeholderOf(entity: string, value: string): string {
    const name = `${entity}\n${value}`;
    const known = this.byValue.get(name);
    if (known !== undefined) return known;
    let count = this.counts.get(entity) ?? 0;
    let placeholder: string;
    do placeholder = `<${entity}_${++count}>`;
    while (this.taken.has(placeholder));
    this.counts.set(entity, count);
    this.byValue.set(name, placeholder);
    this.originals.set(placeholder, value);
    return placeholder;
  }
}
