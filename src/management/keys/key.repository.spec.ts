/** Each change of a key and the event that tells of it are one transaction. */
import type { ChangeFeedRepository } from '../../database/change-feed.repository.js';
import type { DatabaseService } from '../../database/database.service.js';
import { KeyRepository } from './key.repository.js';

/** Records what is done, and on which client. */
function make(failingAppend = false) {
  const done: unknown[] = [];
  const table = (where: string) => ({
    create: async ({ data }: { data: { token: string } }) => (done.push([where, 'create', data.token]), data),
    deleteMany: async (args: unknown) => (done.push([where, 'deleteMany', args]), { count: 1 }),
  });
  const tx = { virtualKey: table('in transaction'), spendLog: {} };
  const client = {
    virtualKey: table('outside'),
    spendLog: { aggregate: async () => ({ _sum: { spendNanos: null } }) },
  };
  const database = {
    run: (work: (given: unknown) => Promise<unknown>) => work(client),
    transaction: async (work: (given: unknown) => Promise<unknown>) => {
      const before = done.length;
      try {
        return await work(tx);
      } catch (error) {
        done.length = before;
        throw error;
      }
    },
  };
  const feed = {
    append: async (given: unknown, topic: string, key: string) => {
      if (failingAppend) throw new Error('feed failed');
      done.push([given === tx ? 'in transaction' : 'outside', topic, key]);
    },
  };
  const keys = new KeyRepository(database as unknown as DatabaseService, feed as unknown as ChangeFeedRepository);
  return { keys, done };
}

const data = { token: 't1' } as Parameters<KeyRepository['create']>[0];

it('tells of a new key in the transaction that makes it', async () => {
  const { keys, done } = make();
  await keys.create(data);
  expect(done).toEqual([
    ['in transaction', 'create', 't1'],
    ['in transaction', 'key', 't1'],
  ]);
});

it('tells of each deleted key in the one transaction that deletes them all', async () => {
  const { keys, done } = make();
  await keys.delete(['t1', 't2']);
  expect(done).toEqual([
    ['in transaction', 'deleteMany', { where: { token: { in: ['t1', 't2'] } } }],
    ['in transaction', 'key', 't1'],
    ['in transaction', 'key', 't2'],
  ]);
});

it('changes nothing where the change cannot be told', async () => {
  const { keys, done } = make(true);
  await expect(keys.create(data)).rejects.toThrow('feed failed');
  await expect(keys.delete(['t1'])).rejects.toThrow('feed failed');
  expect(done).toEqual([]);
});

it('has spent nothing where the ledger has no row', async () => {
  expect(await make().keys.spentNanos('t1')).toBe(0n);
});
