/** What goes on at a deployment's upstream, and the scenarios: which deployments of a group have trouble, of what kind, and when. */
import type { ErrorCode } from '../../errors/catalog.js';

export interface Weather {
  /** Answers take so many times as long. */
  readonly slowdown: number;
  /** The part of the requests that fails. */
  readonly failing: number;
  readonly failure: ErrorCode;
  /** How long a failure takes. */
  readonly failureMs: number;
  /** Takes requests and never answers. */
  readonly silent: boolean;
  /** Requests a second, as multiples of a fair share; more get a 429. */
  readonly quota: number;
  /** Requests at once, as multiples of a fair load; with more, answers get slower, with three times as many there are 503s. */
  readonly capacity: number;
}

export const fine: Weather = {
  slowdown: 1,
  failing: 0,
  failure: 'upstream_overloaded',
  failureMs: 50,
  silent: false,
  quota: Infinity,
  capacity: 2.5,
};

/** A deployment's place in its group. */
export interface Place {
  readonly index: number;
  readonly size: number;
}

export interface Scenario {
  readonly name: string;
  readonly says: string;
  isTroubled(place: Place): boolean;
  /** What differs from `fine` at a troubled deployment. */
  weather(place: Place, nowMs: number): Partial<Weather>;
  /** The requests that arrive from then until then are judged. */
  readonly judgedMs: readonly [number, number];
  /** When the trouble is over; undefined where it lasts. */
  readonly overMs?: number;
}

const [began, over, end] = [40_000, 100_000, 140_000];
/** No more requests arrive. */
export const lastArrivalMs = end;

const isFirst = ({ index }: Place): boolean => index === 0;
const isDuring = (nowMs: number, from = began, until = over): boolean => nowMs >= from && nowMs < until;
const during = (weather: Partial<Weather>) => (_place: Place, nowMs: number) => (isDuring(nowMs) ? weather : {});
const down: Partial<Weather> = { failing: 1, failure: 'upstream_overloaded', failureMs: 50 };

const allDown = (_place: Place, nowMs: number): Partial<Weather> =>
  isDuring(nowMs, began, began + 20_000) ? down : {};

export const scenarios: readonly Scenario[] = [
  {
    name: 'healthy',
    says: 'nothing is wrong: the control',
    isTroubled: () => false,
    weather: () => ({}),
    judgedMs: [began, over],
  },
  {
    name: 'uneven',
    says: 'the first answers in the usual time, the last in three times that, the others in between',
    isTroubled: () => true,
    weather: ({ index, size }) => ({ slowdown: 1 + (2 * index) / (size - 1) }),
    judgedMs: [began, over],
  },
  {
    name: 'slow',
    says: 'one answers five times as slowly',
    isTroubled: isFirst,
    weather: during({ slowdown: 5 }),
    judgedMs: [began, over],
    overMs: over,
  },
  {
    name: 'silent',
    says: 'one takes requests and never answers',
    isTroubled: isFirst,
    weather: during({ silent: true }),
    judgedMs: [began, over],
    overMs: over,
  },
  {
    name: 'flapping',
    says: 'one works for five seconds and answers 503 after two seconds each for five, over and over',
    isTroubled: isFirst,
    weather: (_place, nowMs) => (isDuring(nowMs) && nowMs % 10_000 < 5_000 ? { ...down, failureMs: 2_000 } : {}),
    judgedMs: [began, over],
    overMs: over,
  },
  {
    name: 'failing fast',
    says: 'half of what one gets fails at once',
    isTroubled: isFirst,
    weather: during({ failing: 0.5, failure: 'upstream_internal', failureMs: 30 }),
    judgedMs: [began, over],
    overMs: over,
  },
  {
    name: 'rate-limited',
    says: 'one takes a third of its share and answers 429 with `retry-after: 1` to the rest',
    isTroubled: isFirst,
    weather: during({ quota: 1 / 3 }),
    judgedMs: [began, over],
    overMs: over,
  },
  {
    name: 'regional outage',
    says: 'half of them cannot be reached, which takes a second to show',
    isTroubled: ({ index, size }) => index < Math.floor(size / 2),
    weather: during({ failing: 1, failure: 'upstream_unreachable', failureMs: 1_000 }),
    judgedMs: [began, over],
    overMs: over,
  },
  {
    name: 'cold start',
    says: 'one comes back after 40 s out and bears, at first, half of its share: the time after it is judged',
    isTroubled: isFirst,
    weather: (_place, nowMs) => (isDuring(nowMs, 20_000, 60_000) ? down : warmingUp(nowMs - 60_000)),
    judgedMs: [60_000, over],
    overMs: 60_000,
  },
  {
    name: 'total outage',
    says: 'all of them answer 503 for 20 s: that time is judged',
    isTroubled: () => true,
    weather: allDown,
    judgedMs: [began, began + 20_000],
    overMs: began + 20_000,
  },
  {
    name: 'after an outage',
    says: 'the same, and the 20 s after it are judged',
    isTroubled: () => true,
    weather: allDown,
    judgedMs: [began + 20_000, began + 40_000],
    overMs: began + 20_000,
  },
];

/** Half a minute until it bears what the others do. */
function warmingUp(backForMs: number): Partial<Weather> {
  if (backForMs < 0 || backForMs >= 30_000) return {};
  const warm = backForMs / 30_000;
  return { capacity: 0.5 + warm * (fine.capacity - 0.5), slowdown: 2 - warm };
}
