/** Many requests at once against a budget for ten: at every level, in one process and in four, ten are let in. */
import { setTimeout as pause } from 'node:timers/promises';
import type { BudgetSettings } from '../../../src/config/budget-settings.js';
import { memberOwner, ownerOf, type Owner } from '../../../src/limits/definitions/owner.js';
import { describeOnBothDatabases } from '../support/databases.js';
import { BudgetProcess, type RequestOf } from './budget-process.js';

const cost = 1_000_000n;
const parallel = Number(process.env['TOLLGATE_RACE_REQUESTS'] ?? 200);
const timeoutMs = 60_000 + parallel * 100;

interface Level {
  readonly name: string;
  /** Who has the budget; undefined where the configuration sets it. */
  readonly owner?: (n: number) => Owner;
  readonly limit?: object;
  readonly settings?: Partial<BudgetSettings>;
  readonly request?: (n: number) => Partial<RequestOf>;
}

const ten = { maxNanos: 10n * cost };
const configured = { ...ten, duration: null };

/** @param n tells one test's owners from another's */
const callerOf = (n: number): RequestOf['caller'] => ({
  keyHash: `key${n}`,
  keyAlias: undefined,
  userId: `user${n}`,
  teamId: `team${n}`,
  organizationId: `org${n}`,
  projectId: `project${n}`,
});

const levels: readonly Level[] = [
  { name: 'the proxy', settings: { proxy: configured } },
  { name: 'an organization', owner: (n) => ownerOf('organization', `org${n}`) },
  { name: 'a team', owner: (n) => ownerOf('team', `team${n}`) },
  { name: 'a team member', owner: (n) => memberOwner(`team${n}`, `user${n}`) },
  { name: 'a project', owner: (n) => ownerOf('project', `project${n}`) },
  { name: 'a user', owner: (n) => ownerOf('user', `user${n}`) },
  { name: 'a key', owner: (n) => ownerOf('key', `key${n}`) },
  {
    name: 'one window of a key',
    owner: (n) => ownerOf('key', `key${n}`),
    limit: { maxNanos: 1_000n * cost, windows: [{ duration: '1d', maxNanos: 10n * cost }] },
  },
  {
    name: 'a model of a key',
    owner: (n) => ownerOf('key', `key${n}`),
    limit: { modelBudgets: { m: { maxNanos: 10n * cost, duration: '1d' } } },
  },
  { name: 'a customer', owner: (n) => ownerOf('customer', `customer${n}`) },
  { name: 'each customer', settings: { customers: configured } },
  { name: 'a tag', owner: (n) => ownerOf('tag', `tag${n}`) },
  {
    name: 'a configured tag',
    settings: { tags: new Map([['fixed', configured]]) },
    request: () => ({ tags: ['fixed'] }),
  },
  {
    name: 'a deployment',
    request: (n) => ({ deployment: { id: `deployment${n}`, provider: 'p', maxNanos: 10n * cost } }),
  },
  {
    name: 'a provider',
    settings: { providers: new Map([['raced', configured]]) },
    request: (n) => ({ deployment: { id: `deployment${n}`, provider: 'raced' } }),
  },
];

const refusals = new Set(['budget_exceeded', 'budget_reserved', 'deployments_over_budget']);

describeOnBothDatabases(`A budget for ten and ${parallel} requests at once`, (database) => {
  let n = 0;

  beforeEach(async () => {
    n += 1;
  });

  describe.each([1, 4])('in %i processes', (processes) => {
    test.each(levels)(
      'of $name',
      async ({ owner, limit = ten, settings = {}, request }) => {
        await clearAccounts();
        const all = await Promise.all(
          Array.from({ length: processes }, () => BudgetProcess.start(database.url, settings)),
        );
        try {
          const [first] = all;
          if (owner && first) {
            const { definitions, feed } = first;
            await first.database.transaction(async (tx) => {
              await definitions.write(tx, owner(n), limit);
              await feed.append(tx, 'limits', owner(n));
            });
          }
          const given: RequestOf = {
            ...{ caller: callerOf(n), endUser: `customer${n}`, tags: [`tag${n}`], estimateNanos: cost },
            ...request?.(n),
          };
          const ends = await Promise.all(
            Array.from({ length: parallel }, async (_, index) => {
              const found = await all[index % processes]?.tries(given);
              if (typeof found !== 'object') return found;
              await pause((index * 7) % 20);
              found.end(cost);
              return 'admitted';
            }),
          );
          const admitted = ends.filter((end) => end === 'admitted').length;
          expect(ends.filter((end) => end !== 'admitted' && !refusals.has(String(end)))).toEqual([]);
          // Nobody else is in the way in the end: whoever asks again gets what is left, and no more.
          let later = 0;
          for (let tries = 0; tries < 40 && admitted + later < 10; tries += 1) {
            const found = await all[tries % processes]?.tries(given);
            if (typeof found === 'object') {
              found.end(cost);
              later += 1;
            } else await pause(100);
          }
          expect(admitted).toBeGreaterThan(0);
          expect(admitted + later).toBe(10);
          for (const each of all) await each.flush();
          const code = await all[0]?.tries(given);
          expect(['budget_exceeded', 'deployments_over_budget']).toContain(code);
        } finally {
          for (const each of all) await each.stop();
        }
        const [sums] = await database.sql(
          `SELECT SUM(spent_nanos) AS spent, SUM(committed_nanos) AS committed FROM budget_accounts WHERE id = 'key:key${n}'`,
        );
        expect([Number(sums?.['spent']), Number(sums?.['committed'])]).toEqual([10_000_000, 10_000_000]);
        expect(await database.sql('SELECT * FROM budget_leases')).toEqual([]);
      },
      timeoutMs,
    );
  });

  async function clearAccounts(): Promise<void> {
    try {
      for (const table of ['budget_leases', 'budget_accounts', 'owner_limits', 'ledger_state'])
        await database.sql(`DELETE FROM ${table}`);
    } catch {
      // The first process makes the tables.
    }
  }
});
