/** Finds many words in one pass: an Aho-Corasick automaton over folded text. */
import type { FoldedText } from './folded-text.js';

export interface WordHit {
  /** Its place in the list of words. */
  readonly word: number;
  /** First and last unit. */
  readonly first: number;
  readonly last: number;
}

interface Node {
  readonly next: Map<number, Node>;
  readonly depth: number;
  index: number;
  words: number[];
}

const newNode = (depth: number): Node => ({ next: new Map(), depth, index: 0, words: [] });

function trieOf(words: readonly (readonly string[])[]): Node {
  const root = newNode(0);
  for (const [word, forms] of words.entries()) {
    for (const form of forms) {
      let node = root;
      for (let at = 0; at < form.length; at++) {
        const unit = form.charCodeAt(at);
        let next = node.next.get(unit);
        if (next === undefined) node.next.set(unit, (next = newNode(node.depth + 1)));
        node = next;
      }
      if (!node.words.includes(word)) node.words.push(word);
    }
  }
  return root;
}

/** Nearest to the root first; gives each its index. */
function inOrder(root: Node): Node[] {
  const nodes = [root];
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at];
    if (node === undefined) break;
    node.index = at;
    nodes.push(...node.next.values());
  }
  return nodes;
}

/**
 * Nodes are rows in flat arrays: edges of a node stand together, sorted by their unit. The root's edges, which most characters of a text ask for,
 * are a table.
 */
export class WordAutomaton {
  private readonly rootNext = new Int32Array(65_536);
  private readonly edgesFrom: Int32Array;
  private readonly edgeUnits: Uint16Array;
  private readonly edgeTargets: Int32Array;
  /** The node of the longest end of what has been read that is a beginning of some word. */
  private readonly fallBacks: Int32Array;
  /** The nearest node, itself or along the fall-backs, where a word ends; 0 is none. */
  private readonly endings: Int32Array;
  private readonly wordsAt: readonly (readonly number[])[];
  private readonly depths: Int32Array;

  /** @param words the forms of each, folded; equal forms of different words are found for both */
  constructor(words: readonly (readonly string[])[]) {
    const nodes = inOrder(trieOf(words));
    const edges = nodes.length - 1;
    this.edgesFrom = new Int32Array(nodes.length + 1);
    this.edgeUnits = new Uint16Array(edges);
    this.edgeTargets = new Int32Array(edges);
    this.fallBacks = new Int32Array(nodes.length);
    this.endings = new Int32Array(nodes.length);
    this.wordsAt = nodes.map((node) => node.words);
    this.depths = Int32Array.from(nodes, (node) => node.depth);
    let edge = 0;
    for (const node of nodes) {
      this.edgesFrom[node.index] = edge;
      for (const [unit, next] of [...node.next].sort(([a], [b]) => a - b)) {
        this.edgeUnits[edge] = unit;
        this.edgeTargets[edge++] = next.index;
        if (node.index === 0) this.rootNext[unit] = next.index;
      }
    }
    this.edgesFrom[nodes.length] = edge;
    this.linkFallBacks(nodes);
  }

  private linkFallBacks(nodes: readonly Node[]): void {
    for (const node of nodes) {
      if (node.words.length > 0) this.endings[node.index] = node.index;
      else this.endings[node.index] = this.endings[this.fallBacks[node.index] ?? 0] ?? 0;
      for (const [unit, next] of node.next) {
        this.fallBacks[next.index] = node.index === 0 ? 0 : this.step(this.fallBacks[node.index] ?? 0, unit);
      }
    }
  }

  private edge(node: number, unit: number): number {
    let low = this.edgesFrom[node] ?? 0;
    let high = (this.edgesFrom[node + 1] ?? 0) - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.edgeUnits[middle] ?? 0;
      if (found === unit) return this.edgeTargets[middle] ?? 0;
      if (found < unit) low = middle + 1;
      else high = middle - 1;
    }
    return 0;
  }

  private step(from: number, unit: number): number {
    let node = from;
    while (node !== 0) {
      const next = this.edge(node, unit);
      if (next !== 0) return next;
      node = this.fallBacks[node] ?? 0;
    }
    return this.rootNext[unit] ?? 0;
  }

  /** Every word, overlapping ones too, in the order in which they end. */
  find(folded: FoldedText, found: (hit: WordHit) => void): void {
    const { units, length } = folded;
    let node = 0;
    for (let at = 0; at < length; at++) {
      const unit = units[at] ?? 0;
      node = node === 0 ? (this.rootNext[unit] ?? 0) : this.step(node, unit);
      let ending = this.endings[node] ?? 0;
      while (ending !== 0) {
        const first = at + 1 - (this.depths[ending] ?? 0);
        for (const word of this.wordsAt[ending] ?? []) found({ word, first, last: at });
        ending = this.endings[this.fallBacks[ending] ?? 0] ?? 0;
      }
    }
  }
}
