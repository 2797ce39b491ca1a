/** Which cached keys are built from which team, user or other thing, so that a change of one is found without a search. */

export class KeyDependents {
  private readonly tokens = new Map<string, Set<string>>();

  add(token: string, dependencies: readonly string[]): void {
    for (const dependency of dependencies) {
      const tokens = this.tokens.get(dependency);
      if (tokens) tokens.add(token);
      else this.tokens.set(dependency, new Set([token]));
    }
  }

  remove(token: string, dependencies: readonly string[]): void {
    for (const dependency of dependencies) {
      const tokens = this.tokens.get(dependency);
      if (tokens?.delete(token) && tokens.size === 0) this.tokens.delete(dependency);
    }
  }

  /** A copy: those that are forgotten one after another leave it. */
  of(dependency: string): readonly string[] {
    return [...(this.tokens.get(dependency) ?? [])];
  }

  /** How many things are depended on. */
  get size(): number {
    return this.tokens.size;
  }
}
