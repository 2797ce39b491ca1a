/** Vectors in Qdrant: found by tenant, forgotten when told, and never waited for past the deadline. */
import { createHash } from 'node:crypto';
import { QdrantVectorIndex } from '../../../src/caching/semantic/qdrant-vector-index.js';
import { normalized } from '../../../src/caching/semantic/vector-index.js';
import { eventually } from '../../e2e/support/eventually.js';
import { plainHttp } from './plain-http.js';
import { QdrantServer } from './qdrant-server.js';

const qdrant = new QdrantServer();
let url = '';
beforeAll(async () => (url = await qdrant.listen()));
afterAll(() => qdrant.close());

const keyOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const unit = (...numbers: number[]): Float32Array => normalized(numbers) ?? new Float32Array();
const open = (namespace = 'test'): QdrantVectorIndex => {
  const index = new QdrantVectorIndex({
    url,
    apiKey: 'secret',
    collection: 'prompts',
    namespace,
    deadlineMs: 250,
    http: plainHttp,
  });
  index.open();
  return index;
};
const [one, two] = [keyOf('bucket one'), keyOf('bucket two')];

it('makes its collection, finds the nearest of a bucket that is near enough, and nothing of another', async () => {
  const index = open();
  expect(await index.find(one, unit(1, 0), 0.5)).toBeUndefined();
  await eventually('it is there', async () => {
    await index.add(one, keyOf('a'), unit(1, 0));
    return qdrant.points.size === 1;
  });
  expect(qdrant.size).toBe(2);
  await index.add(one, keyOf('b'), unit(0, 1));
  expect(await index.find(one, unit(1, 0.1), 0.9)).toMatchObject({ key: keyOf('a') });
  expect(await index.find(one, unit(1, 1), 0.9)).toBeUndefined();
  expect(await index.find(two, unit(1, 0), 0.1)).toBeUndefined();
  await index.add(one, keyOf('a'), unit(1, 0));
  expect(qdrant.points.size).toBe(2);
  await index.remove(one, keyOf('a'));
  expect(await index.find(one, unit(1, 0), 0.9)).toBeUndefined();
  expect(qdrant.keys).toEqual(new Set(['secret']));
  await index.close();
});

it('clears its own namespace alone', async () => {
  const [mine, other] = [open('mine'), open('other')];
  await eventually('both are there', async () => {
    await mine.add(one, keyOf('m'), unit(1, 0));
    await other.add(two, keyOf('o'), unit(1, 0));
    return (
      (await mine.find(one, unit(1, 0), 0.9)) !== undefined && (await other.find(two, unit(1, 0), 0.9)) !== undefined
    );
  });
  await mine.clear();
  expect(await mine.find(one, unit(1, 0), 0.9)).toBeUndefined();
  expect(await other.find(two, unit(1, 0), 0.9)).toMatchObject({ key: keyOf('o') });
  await Promise.all([mine.close(), other.close()]);
});

it('that hangs is waited for once, and left alone within a second', async () => {
  const index = open('hangs');
  await eventually('it is there', async () => {
    await index.add(one, keyOf('h'), unit(1, 0));
    return (await index.find(one, unit(1, 0), 0.9)) !== undefined;
  });
  qdrant.hangs = true;
  const startedAt = performance.now();
  expect(await index.find(one, unit(1, 0), 0.9)).toBeUndefined();
  expect(performance.now() - startedAt).toBeLessThan(500);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const askedAt = performance.now();
  expect(await index.find(one, unit(1, 0), 0.9)).toBeUndefined();
  expect(performance.now() - askedAt).toBeLessThan(50);
  qdrant.hangs = false;
  await eventually('it is back', async () => (await index.find(one, unit(1, 0), 0.9)) !== undefined);
  await index.close();
});
