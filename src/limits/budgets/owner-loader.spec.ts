import type { Owner } from '../definitions/owner.js';
import { OwnerLoader } from './owner-loader.js';

type Finish = (error?: Error) => void;

/** A loader whose reads end when the test says so, each with a number of its own. */
function made(): { loader: OwnerLoader<string>; reads: { owners: readonly Owner[]; finish: Finish }[] } {
  const reads: { owners: readonly Owner[]; finish: Finish }[] = [];
  const loader = new OwnerLoader<string>((owners) => {
    const { promise, resolve, reject } = Promise.withResolvers<ReadonlyMap<Owner, string>>();
    const number = reads.length;
    const finish: Finish = (error) =>
      error ? reject(error) : resolve(new Map(owners.map((owner) => [owner, `${owner} of ${number}`])));
    reads.push({ owners, finish });
    return promise;
  });
  return { loader, reads };
}

const key = (n: number): Owner => `key:${n}`;
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('reads at once while few reads are under way', async () => {
  const { loader, reads } = made();
  const found = loader.load(['team:t', 'key:k']);
  reads[0]?.finish();
  expect(await found).toEqual(['team:t of 0', 'key:k of 0']);
  expect(reads).toHaveLength(1);
});

it('two thousand requests at once are a few reads, however many owners they have in common', async () => {
  const { loader, reads } = made();
  const all = Array.from({ length: 2_000 }, (_, n) => loader.load(['proxy:', key(n % 500)]));
  for (let ended = 0; ended < reads.length; ended += 1) {
    reads[ended]?.finish();
    await settle();
  }
  const found = await Promise.all(all);
  expect(found[1_999]?.[1]).toMatch(/^key:499 of /);
  expect(reads.length).toBeLessThan(15);
  expect(Math.max(...reads.map(({ owners }) => owners.length))).toBeLessThanOrEqual(100);
});

it('nobody is given what was read before they asked', async () => {
  const { loader, reads } = made();
  const busy = [1, 2, 3, 4].map((n) => loader.load([key(n)]));
  const early = loader.load([key(1)]);
  const late = loader.load([key(1)]);
  for (const { finish } of reads) finish();
  expect(await Promise.all(busy)).toEqual([1, 2, 3, 4].map((n) => [`key:${n} of ${n - 1}`]));
  await settle();
  reads[4]?.finish();
  expect([await early, await late]).toEqual([['key:1 of 4'], ['key:1 of 4']]);
});

it('a read that fails fails for those who wait for it, and for nobody else', async () => {
  const { loader, reads } = made();
  const failing = loader.load([key(1)]);
  const fine = loader.load([key(2)]);
  reads[0]?.finish(new Error('away'));
  reads[1]?.finish();
  await expect(failing).rejects.toThrow('away');
  expect(await fine).toEqual(['key:2 of 1']);
  const again = loader.load([key(1)]);
  reads[2]?.finish();
  expect(await again).toEqual(['key:1 of 2']);
});
