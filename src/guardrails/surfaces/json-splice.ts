/** Puts other values into a JSON text and leaves every other byte of it as it is: long numbers and the order of members included. */
import type { JsonPath } from './surface.js';

export interface Splice {
  readonly path: JsonPath;
  /** JSON. */
  readonly json: string;
}

interface Node {
  /** Taken where the walk comes by. */
  json?: string;
  readonly below: Map<string | number, Node>;
}

/** @param source valid JSON. Paths that lead nowhere are passed over. */
export function spliceJson(source: string, splices: readonly Splice[]): string {
  if (splices.length === 0) return source;
  const root: Node = { below: new Map() };
  for (const { path, json } of splices) {
    let node = root;
    for (const step of path) {
      let next = node.below.get(step);
      if (!next) node.below.set(step, (next = { below: new Map() }));
      node = next;
    }
    node.json = json;
  }
  return new Splicer(source).run(root);
}

/** The first member that stands twice in one object: readers differ in which of the two they take. */
export function findRepeatedMember(source: string): string | undefined {
  const walk = new Walk(source);
  walk.value(undefined);
  return walk.repeated;
}

/** Goes once over valid JSON; its depth is bounded by who has read it before. */
class Walk {
  repeated: string | undefined;
  protected at = 0;

  constructor(protected readonly source: string) {}

  value(node: Node | undefined): void {
    this.space();
    const from = this.at;
    const first = this.source[from];
    if (node?.json !== undefined) {
      this.skip(first, undefined);
      this.take(from, this.at, node.json);
    } else this.skip(first, node);
  }

  protected take(_from: number, _to: number, _json: string): void {
    // Who only looks takes nothing.
  }

  private skip(first: string | undefined, node: Node | undefined): void {
    if (first === '{') this.object(node);
    else if (first === '[') this.list(node);
    else if (first === '"') this.string();
    else while (this.at < this.source.length && !/[,\]}\s]/.test(this.source[this.at] ?? '')) this.at += 1;
  }

  private object(node: Node | undefined): void {
    const names = new Set<string>();
    this.at += 1;
    for (;;) {
      this.space();
      if (this.source[this.at] === '}') break;
      const from = this.at;
      this.string();
      const name = JSON.parse(this.source.slice(from, this.at)) as string;
      if (names.has(name)) this.repeated ??= name;
      names.add(name);
      this.space();
      this.at += 1;
      this.value(node?.below.get(name));
      this.space();
      if (this.source[this.at] !== ',') break;
      this.at += 1;
    }
    this.at += 1;
  }

  private list(node: Node | undefined): void {
    this.at += 1;
    for (let index = 0; ; index += 1) {
      this.space();
      if (this.source[this.at] === ']') break;
      this.value(node?.below.get(index));
      this.space();
      if (this.source[this.at] !== ',') break;
      this.at += 1;
    }
    this.at += 1;
  }

  private string(): void {
    this.at += 1;
    for (;;) {
      const end = this.source.indexOf('"', this.at);
      let slashes = 0;
      while (this.source[end - 1 - slashes] === '\\') slashes += 1;
      this.at = end + 1;
      if (slashes % 2 === 0 || end < 0) return;
    }
  }

  private space(): void {
    while (/\s/.test(this.source[this.at] ?? '')) this.at += 1;
  }
}

class Splicer extends Walk {
  private text = '';
  private taken = 0;

  run(root: Node): string {
    this.value(root);
    return this.text + this.source.slice(this.taken);
  }

  protected override take(from: number, to: number, json: string): void {
    this.text += this.source.slice(this.taken, from) + json;
    this.taken = to;
  }
}
