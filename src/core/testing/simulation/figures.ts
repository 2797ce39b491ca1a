/** What a simulated group's requests came to: how many were answered, how soon, at how many attempts, and how soon all was well again. */
import type { Scenario } from './weather.js';

export interface RequestResult {
  readonly arrivedAt: number;
  readonly stream: boolean;
  /** Until the first part of a stream, or until all of a whole answer. */
  readonly tookMs: number;
  readonly attempts: number;
  readonly answered: boolean;
}

export interface Figures {
  /** Requests that were judged. */
  readonly requests: number;
  /** The part of them that got an answer. */
  readonly success: number;
  /** Of those with an answer: until the first part of a stream, and until all of a whole answer. */
  readonly firstPartP50Ms: number;
  readonly firstPartP99Ms: number;
  readonly wholeP50Ms: number;
  readonly wholeP99Ms: number;
  /** Attempts at the upstream for each of them. */
  readonly attempts: number;
  /** From the end of the trouble until those that had it bear half of their share again; NaN where it does not end, Infinity for never. */
  readonly recoveredMs: number;
  /** The most requests at once on one of those in the half minute after the trouble, as a multiple of a fair load. */
  readonly herd: number;
}

const windowMs = 5_000;
const herdMs = 30_000;

export class GroupRecord {
  readonly firstPartMs: number[] = [];
  readonly wholeMs: number[] = [];
  judged = 0;
  answered = 0;
  attempts = 0;
  herd = 0;
  /** When those in trouble answered, after it was over. */
  private readonly answers: number[] = [];

  constructor(
    private readonly scenario: Scenario,
    private readonly troubled: number,
    private readonly perSecond: number,
  ) {}

  add({ arrivedAt, stream, tookMs, attempts, answered }: RequestResult): void {
    const [from, until] = this.scenario.judgedMs;
    if (arrivedAt < from || arrivedAt >= until) return;
    this.judged += 1;
    this.attempts += attempts;
    if (!answered) return;
    this.answered += 1;
    (stream ? this.firstPartMs : this.wholeMs).push(tookMs);
  }

  /** @param load requests at once on one of those in trouble, as a multiple of a fair load */
  troubledHas(load: number, now: number): void {
    const { overMs } = this.scenario;
    if (overMs !== undefined && now >= overMs && now < overMs + herdMs) this.herd = Math.max(this.herd, load);
  }

  troubledAnswered(now: number): void {
    if (this.scenario.overMs !== undefined && now >= this.scenario.overMs) this.answers.push(now);
  }

  figures(): Figures {
    return figuresOf([this]);
  }

  get hasEnd(): boolean {
    return this.scenario.overMs !== undefined;
  }

  recoveredMs(): number {
    const { overMs = NaN } = this.scenario;
    const enough = Math.max(1, (this.troubled * this.perSecond * (windowMs / 1_000)) / 2);
    const index = this.answers.findIndex((at, first) => {
      const last = this.answers[first + Math.ceil(enough) - 1];
      return last !== undefined && last - at <= windowMs;
    });
    return index < 0 ? Infinity : (this.answers[index] ?? Infinity) - overMs;
  }
}

/** The nearest rank; NaN of nothing. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? NaN;
}

/** Of all their requests together; how soon all was well again is the groups' median. */
export function figuresOf(groups: readonly GroupRecord[]): Figures {
  const sum = (name: 'judged' | 'answered' | 'attempts'): number =>
    groups.reduce((total, group) => total + group[name], 0);
  const firstPartMs = groups.flatMap((group) => group.firstPartMs);
  const wholeMs = groups.flatMap((group) => group.wholeMs);
  const ended = groups.filter(({ hasEnd }) => hasEnd);
  return {
    requests: sum('judged'),
    success: sum('answered') / sum('judged'),
    firstPartP50Ms: percentile(firstPartMs, 0.5),
    firstPartP99Ms: percentile(firstPartMs, 0.99),
    wholeP50Ms: percentile(wholeMs, 0.5),
    wholeP99Ms: percentile(wholeMs, 0.99),
    attempts: sum('attempts') / sum('judged'),
    recoveredMs: median(ended.map((group) => group.recoveredMs())),
    herd: median(ended.map(({ herd }) => herd)),
  };
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Each figure's median over the runs; where a run has none, over the others. */
export function medians(runs: readonly Figures[]): Figures {
  const of = (name: keyof Figures): number =>
    median(runs.map((run) => run[name]).filter((value) => !Number.isNaN(value)));
  return {
    requests: of('requests'),
    success: of('success'),
    firstPartP50Ms: of('firstPartP50Ms'),
    firstPartP99Ms: of('firstPartP99Ms'),
    wholeP50Ms: of('wholeP50Ms'),
    wholeP99Ms: of('wholeP99Ms'),
    attempts: of('attempts'),
    recoveredMs: of('recoveredMs'),
    herd: of('herd'),
  };
}
