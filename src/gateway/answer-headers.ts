/** The head of one answer: names and values in turn, which is the form that Node writes at the least cost. */

export class AnswerHeaders {
  readonly pairs: string[] = [];

  /** @param name in lower case, of a header that is not there yet */
  add(name: string, value: string): this {
    this.pairs.push(name, value);
    return this;
  }

  /** @param name in lower case, also of a header that is there */
  replace(name: string, value: string): this {
    const { pairs } = this;
    for (let at = 0; at < pairs.length; at += 2) {
      if (pairs[at] !== name) continue;
      pairs[at + 1] = value;
      return this;
    }
    return this.add(name, value);
  }
}
