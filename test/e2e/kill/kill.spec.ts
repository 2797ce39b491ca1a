/** SIGKILL at random moments under load: the ledger holds every upstream call exactly once, accounts are its sums, and the audit log its writes. */
import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { listJournals } from '../../../src/spend/journal-folder.js';
import { describeOnBothDatabases, eventually } from '../../integration/support/databases.js';
import { CountingUpstream, usage } from './counting-upstream.js';
import { GatewayFolder, GatewayProcess, newMasterKey, runTollgate } from './gateway-process.js';
import { compareLedger, readAccounts, readLedger } from './ledger.js';
import { startLoad } from './load.js';
import { startManagementLoad } from './management-load.js';

const kills = Number(process.env['TOLLGATE_KILLS'] ?? 20);
const seed = Number(process.env['TOLLGATE_KILL_SEED'] ?? Date.now() % 1_000_000);
/** A start, the load until the kill, and the end of it all. */
const timeoutMs = 60_000 + kills * 5_000;
const clients = 24;
const inputCost = 0.000001;
const outputCost = 0.000002;
const expectedNanos = BigInt(usage.prompt_tokens * 1_000 + usage.completion_tokens * 2_000);

/** mulberry32: numbers from 0 to 1 that depend on the seed alone. */
function seeded(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describeOnBothDatabases(`After kill -9 (TOLLGATE_KILL_SEED=${seed})`, (database) => {
  const random = seeded(seed);
  const upstream = new CountingUpstream({ delayMs: () => random() * 20, chunkMs: () => random() * 8 });
  const folder = new GatewayFolder();
  const masterKey = newMasterKey();
  let gateway: GatewayProcess | undefined;

  beforeAll(async () => {
    const litellmParams = {
      model: 'openai/counted',
      api_base: await upstream.listen(),
      api_key: 'sk-upstream',
      input_cost_per_token: inputCost,
      output_cost_per_token: outputCost,
      max_budget: 1_000_000,
    };
    folder.writeConfig({
      model_list: [{ model_name: 'counted', litellm_params: litellmParams }],
      router_settings: { num_retries: 0 },
      litellm_settings: { max_budget: 1_000_000 },
      general_settings: { master_key: masterKey, database_url: database.url },
    });
  });
  afterAll(async () => {
    gateway?.kill('SIGKILL');
    await upstream.close();
    folder.remove();
  });

  /** A key of a team's member in an organization, each with a budget that is never reached. */
  async function limitedKey(base: string): Promise<string> {
    const make = async (path: string, fields: object): Promise<Record<string, string>> => {
      const response = await fetch(base + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ max_budget: 1_000_000, ...fields }),
      });
      return (await response.json()) as Record<string, string>;
    };
    const { organization_id } = await make('/organization/new', { organization_alias: 'o', models: [] });
    const { user_id } = await make('/user/new', { auto_create_key: false });
    const members = [{ role: 'user', user_id }];
    const { team_id } = await make('/team/new', { organization_id, members_with_roles: members });
    const { key = '' } = await make('/key/generate', { team_id, user_id });
    return key;
  }

  /** Everybody on the path of the key. */
  const payers = ['proxy:', 'organization:', 'team:', 'member:', 'user:', 'key:'];

  /** A quarter of the kills falls into the start, while journals of the dead are being adopted. */
  async function runUntilKilled(): Promise<void> {
    gateway = GatewayProcess.spawn(folder);
    if (random() >= 0.25) await gateway.listening();
    await pause(random() * 1_000);
    gateway.kill('SIGKILL');
    await gateway.ended;
  }

  /** Every write is there with its entry, and the chain holds. */
  async function checkAuditLog(acknowledged: ReadonlySet<string>): Promise<void> {
    const idsOf = async (sql: string): Promise<string[]> =>
      (await database.sql(sql)).map(({ id }) => String(id)).filter((id) => id.startsWith('budget-'));
    const budgets = await idsOf('SELECT id FROM budgets ORDER BY id');
    const entries = await idsOf(
      "SELECT object_id AS id FROM audit_entries WHERE action = 'budget.create' ORDER BY object_id",
    );
    expect(entries).toEqual(budgets);
    expect([...acknowledged].filter((id) => !budgets.includes(id))).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(kills / 2);
    const verified = await runTollgate(['audit', 'verify', '--config', folder.configPath], { cwd: folder.path });
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('The audit log holds') });
  }

  test(
    `${kills} times under load, every upstream call has one row, and rows beyond them were in flight`,
    async () => {
      const first = await GatewayProcess.start(folder);
      const key = await limitedKey(await first.listening());
      expect(await first.stop()).toEqual({ code: 0, signal: null });
      const url = (): string | undefined => (gateway?.hasEnded ? undefined : gateway?.url);
      const load = startLoad({ url, key, model: 'counted', clients });
      const management = startManagementLoad(url, masterKey);
      for (let count = 0; count < kills; count += 1) await runUntilKilled();
      gateway = await GatewayProcess.start(folder);
      await pause(500);
      await load.stop();
      await management.stop();
      await eventually('the journals of the dead are carried', () => listJournals(folder.journalDir).length === 1);
      expect(await gateway.stop()).toEqual({ code: 0, signal: null });

      const rows = await readLedger(database);
      const recovered = rows.filter((row) => row.recovered);
      console.log(
        `${database.dialect}, seed ${seed}, ${kills} kills: ${load.sent()} requests sent, ${load.answered.size} answered, ` +
          `${upstream.calls.size} upstream calls, ${rows.length} rows, ${recovered.length} of them recovered`,
      );
      expect(compareLedger(rows, { calls: upstream.calls, answered: load.answered })).toEqual({
        calledTwice: [],
        callsWithoutRow: [],
        callsWithSeveralRows: [],
        requestIdsTwice: [],
        rowsOfNobody: [],
        answeredButNotSettled: [],
      });
      // What each process had leased of the budgets has gone back, and the accounts are the sums of the rows.
      const total = rows.reduce((sum, { spendNanos }) => sum + spendNanos, 0n);
      const accounts = await readAccounts(database);
      for (const payer of payers)
        expect(accounts.filter(({ id }) => id.startsWith(payer))).toMatchObject([
          { spentNanos: total, committedNanos: total },
        ]);
      const customers = accounts.filter(({ id }) => id.startsWith('customer:'));
      expect(customers.reduce((sum, { spentNanos }) => sum + spentNanos, 0n)).toBe(total);
      expect(accounts.filter(({ spentNanos, committedNanos }) => spentNanos !== committedNanos)).toEqual([]);
      expect(await database.sql('SELECT * FROM budget_leases')).toEqual([]);
      const succeeded = rows.filter((row) => row.status === 'success');
      expect(
        succeeded.filter((row) => row.spendNanos !== expectedNanos || row.totalTokens !== usage.total_tokens),
      ).toEqual([]);
      // Otherwise nothing was in flight when the process died, and nothing was shown.
      expect(recovered.length).toBeGreaterThan(0);
      expect(load.answered.size).toBeGreaterThan(kills);
      expect(readdirSync(folder.journalDir)).toEqual([]);
      await checkAuditLog(management.acknowledged);
      if (database.dialect === 'sqlite') expect(integrityOf(database.url)).toEqual([{ integrity_check: 'ok' }]);
    },
    timeoutMs,
  );
});

function integrityOf(url: string): unknown {
  const file = new Database(url.replace(/^file:/, ''), { readonly: true });
  try {
    return file.pragma('integrity_check');
  } finally {
    file.close();
  }
}
