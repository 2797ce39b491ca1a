/** What stands for personal data: the same for the same words, and nothing that the texts hold already. */

export class Placeholders {
  /** What stands for what. */
  readonly originals = new Map<string, string>();
  private readonly known = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  /** @param texts what they must not be mistaken for */
  constructor(private readonly texts: readonly string[]) {}

  of(entity: string, original: string): string {
    const key = `${entity} ${original}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    let placeholder: string;
    do {
      const count = (this.counts.get(entity) ?? 0) + 1;
      this.counts.set(entity, count);
      placeholder = `<${entity}_${count}>`;
    } while (this.texts.some((text) => text.includes(placeholder)));
    this.known.set(key, placeholder);
    this.originals.set(placeholder, original);
    return placeholder;
  }
}
