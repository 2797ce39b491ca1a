/** What is remembered of latencies: what is expected, what failures count for, and how silence and time change it. */
import { LatencyRecord } from './latency-record.js';

const tenSeconds = 10_000;

describe('the expected latency', () => {
  it('is 0 where nothing is known', () => {
    expect(new LatencyRecord().expected(1_000)).toBe(0);
  });

  it('is lifted at once by a slow answer, and comes down slowly by quick ones', () => {
    const record = new LatencyRecord();
    record.add(0, 100);
    record.add(0, 5_000);
    expect(record.expected(0)).toBe(5_000);
    record.add(100, 100);
    expect(record.expected(100)).toBeGreaterThan(4_900);
    for (let now = 200; now <= 90_000; now += 100) record.add(now, 100);
    expect(record.expected(90_000)).toBeCloseTo(100, -1);
  });

  it('fades to a third in ten seconds without an answer, so that the slow are tried again', () => {
    const record = new LatencyRecord();
    record.add(0, 3_000);
    expect(record.expected(tenSeconds)).toBeCloseTo(3_000 / Math.E, 6);
  });

  it('is that of one answer where only one came after a long time', () => {
    const record = new LatencyRecord();
    record.add(0, 60_000);
    record.add(300_000, 200);
    expect(record.expected(300_000)).toBeCloseTo(200, 0);
  });
});

describe('a failure', () => {
  it('counts as a slow answer, however soon it came', () => {
    const record = new LatencyRecord();
    record.addFailure(0, 5, 1_000);
    expect(record.expected(0)).toBe(1_000);
  });

  it('counts for twice what is expected, where that is more', () => {
    const record = new LatencyRecord();
    record.add(0, 2_000);
    record.addFailure(0, 5, 1_000);
    expect(record.expected(0)).toBe(4_000);
  });

  it('counts for the time that it took, where that is more', () => {
    const record = new LatencyRecord();
    record.addFailure(0, 60_000, 1_000);
    expect(record.expected(0)).toBe(60_000);
  });

  it('by the thousand is forgotten as soon as a few are', () => {
    const record = new LatencyRecord();
    for (let failure = 0; failure < 2_000; failure += 1) record.addFailure(0, 5, 1_000);
    expect(record.expected(0)).toBe(10_000);
    expect(record.expected(3 * tenSeconds)).toBeLessThan(500);
  });

  it('is none of the answers of the plain mean', () => {
    const record = new LatencyRecord();
    record.addFailure(0, 5_000, 1_000);
    expect(record.mean(0, tenSeconds)).toBeUndefined();
  });
});

describe('silence', () => {
  it('lasts from the first request without news, not from the last', () => {
    const record = new LatencyRecord();
    expect(record.silentMs(100)).toBe(0);
    record.ask(100);
    record.ask(900);
    expect(record.silentMs(1_000)).toBe(900);
  });

  it.each<[string, (record: LatencyRecord) => void]>([
    ['an answer', (record) => record.add(500, 400)],
    ['a failure', (record) => record.addFailure(500, 400, 1_000)],
  ])('ends with %s', (_what, news) => {
    const record = new LatencyRecord();
    record.ask(100);
    news(record);
    expect(record.silentMs(1_000)).toBe(0);
  });
});

describe('the plain mean', () => {
  it('is of the last ten answers', () => {
    const record = new LatencyRecord();
    record.add(0, 1_000_000);
    for (let now = 1; now <= 10; now += 1) record.add(now, now * 100);
    expect(record.mean(10, tenSeconds)).toBe(550);
  });

  it('leaves out what is too old, and is undefined where all is', () => {
    const record = new LatencyRecord();
    record.add(0, 100);
    record.add(5_000, 300);
    expect(record.mean(5_000, 5_000)).toBe(200);
    expect(record.mean(5_001, 5_000)).toBe(300);
    expect(record.mean(10_001, 5_000)).toBeUndefined();
  });
});
