/** The nearest vector is found, exactly, and only so many are held. */
import fc from 'fast-check';
import { MemoryVectorIndex } from './memory-vector-index.js';
import { normalized } from './vector-index.js';

const unit = (...numbers: number[]): Float32Array => normalized(numbers) ?? new Float32Array();

it('finds what comparing with each would find, whatever was added and removed', async () => {
  const numbers = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 });
  const steps = fc.array(fc.record({ key: fc.constantFrom(...'abcdefgh'), remove: fc.boolean(), numbers }), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(steps, numbers, async (changes, asked) => {
      const index = new MemoryVectorIndex(1_000);
      const all = new Map<string, Float32Array>();
      for (const { key, remove, numbers: given } of changes) {
        const vector = normalized(given);
        if (remove || !vector) {
          all.delete(key);
          await index.remove('one', key);
        } else {
          all.set(key, vector);
          await index.add('one', key, vector);
        }
      }
      expect(index.size).toBe(all.size);
      const vector = normalized(asked);
      fc.pre(vector !== undefined);
      const cosines = [...all.values()].map((each) =>
        each.reduce((sum, number, at) => sum + number * (vector[at] ?? 0), 0),
      );
      const match = await index.find('one', vector, -1);
      if (cosines.length === 0) expect(match).toBeUndefined();
      else expect(match?.similarity).toBeCloseTo(Math.min(1, Math.max(...cosines)), 4);
      expect(await index.find('other', vector, -1)).toBeUndefined();
    }),
    { numRuns: 300, seed: 7 },
  );
});

it('the opposite is no further away than -1, though rounding says so', async () => {
  const index = new MemoryVectorIndex(10);
  for (let at = 1; at <= 200; at += 1) {
    const vector = unit(at, 1, 1 / at);
    await index.clear();
    await index.add(
      'b',
      'k',
      vector.map((number) => -number),
    );
    expect(await index.find('b', vector, -1)).toMatchObject({ key: 'k' });
  }
});

it('gives nothing that is less near than asked for', async () => {
  const index = new MemoryVectorIndex(10);
  await index.add('b', 'k', unit(1, 0));
  expect(await index.find('b', unit(1, 1), 0.71)).toBeUndefined();
  expect((await index.find('b', unit(1, 1), 0.7))?.similarity).toBeCloseTo(0.7071, 4);
});

it('never holds more vectors than it may: the bucket that was used least recently makes room', async () => {
  const index = new MemoryVectorIndex(50);
  for (let count = 0; count < 500; count += 1) {
    await index.add(`bucket ${count % 20}`, `k${count}`, unit(1, count));
    await index.find('bucket 0', unit(1, 0), 0);
    expect(index.size).toBeLessThanOrEqual(50);
  }
  expect(await index.find('bucket 0', unit(1, 480), 0.99)).toBeDefined();
});

it('begins anew where another model makes the vectors', async () => {
  const index = new MemoryVectorIndex(50);
  await index.add('b', 'old', unit(1, 0));
  await index.add('b', 'new', unit(1, 0, 0));
  expect(index.size).toBe(1);
  expect(await index.find('b', unit(1, 0), 0)).toBeUndefined();
  expect(await index.find('b', unit(1, 0, 0), 0)).toMatchObject({ key: 'new' });
});

it('there is no vector without a direction', () => {
  expect(normalized([0, 0])).toBeUndefined();
  expect(normalized([NaN])).toBeUndefined();
});
