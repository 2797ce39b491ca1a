/** Puts back into an answer what a guardrail has put placeholders for in its request. */

/** In a text of JSON an original stands as JSON writes it. */
export function restoreOriginals(text: string, originals: ReadonlyMap<string, string>, isJson = false): string {
  if (originals.size === 0) return text;
  const restorer = new Restorer(originals, isJson);
  return restorer.push(text, true);
}

/** For a text that comes piece by piece: keeps back what may be the beginning of a placeholder. */
export class Restorer {
  private held = '';
  private readonly places: readonly string[];
  private readonly initials: ReadonlySet<string | undefined>;

  constructor(
    private readonly originals: ReadonlyMap<string, string>,
    private readonly isJson: boolean,
  ) {
    // Where one placeholder begins with another, the longer one is meant.
    this.places = [...originals.keys()]
      .filter((place) => place !== '')
      .sort((left, right) => right.length - left.length);
    this.initials = new Set(this.places.map(([initial]) => initial));
  }

  push(piece: string, isLast: boolean): string {
    const text = this.held + piece;
    this.held = '';
    let out = '';
    let from = 0;
    for (let at = 0; at < text.length;) {
      const rest = text.length - at;
      // The longer ones first: a shorter one is only taken where no longer one can still come.
      const mayBe = (each: string): boolean =>
        text.startsWith(each, at) || (!isLast && rest < each.length && each.startsWith(text.slice(at)));
      const place = this.initials.has(text[at]) ? this.places.find(mayBe) : undefined;
      if (place === undefined) {
        at += 1;
        continue;
      }
      out += text.slice(from, at);
      if (rest < place.length) {
        this.held = text.slice(at);
        return out;
      }
      out += this.original(place);
      at += place.length;
      from = at;
    }
    return out + text.slice(from);
  }

  private original(place: string): string {
    const original = this.originals.get(place) ?? place;
    return this.isJson ? JSON.stringify(original).slice(1, -1) : original;
  }
}
