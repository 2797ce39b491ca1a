/** The database goes away under load: what is leased is spent, what is beyond it waits, and nothing of it is lost. */
import { setTimeout as pause } from 'node:timers/promises';
import { keyHash } from '../../../src/auth/key-hash.js';
import { DatabaseLine } from '../../integration/support/database-line.js';
import { describeOnDatabase, eventually } from '../../integration/support/databases.js';
import { CountingUpstream } from '../kill/counting-upstream.js';
import { GatewayClient, type Answer } from '../kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../kill/gateway-process.js';
import { readAccounts, readLedger } from '../kill/ledger.js';

const awayMs = Number(process.env['TOLLGATE_AWAY_SECONDS'] ?? 5) * 1_000;

describeOnDatabase('postgres', `A database that is away for ${awayMs / 1_000} s under load`, (database) => {
  const masterKey = newMasterKey();
  const folder = new GatewayFolder();
  const upstream = new CountingUpstream({ delayMs: () => 2 });
  let line: DatabaseLine;
  let gateway: GatewayProcess | undefined;
  let client: GatewayClient;

  beforeAll(async () => {
    line = new DatabaseLine(new URL(database.url));
    await line.up();
    const litellmParams = {
      ...{ model: 'openai/counted', api_base: await upstream.listen(), api_key: 'sk-upstream' },
      ...{ input_cost_per_token: 0.000001, output_cost_per_token: 0.000002 },
    };
    folder.writeConfig({
      model_list: [{ model_name: 'counted', litellm_params: litellmParams }],
      router_settings: { num_retries: 0 },
      general_settings: { master_key: masterKey, database_url: line.url },
    });
    gateway = await GatewayProcess.start(folder);
    client = new GatewayClient(await gateway.listening(), masterKey);
  }, 60_000);
  afterAll(async () => {
    if (gateway?.hasEnded === false) await gateway.stop();
    await line.down();
    await upstream.close();
    folder.remove();
  }, 30_000);

  test(
    'known keys go on with what is leased, beyond it are told when to come back, and afterwards the sums are the rows',
    async () => {
      const budgeted = await client.generateKey({ max_budget: 1_000 });
      const free = await client.generateKey();
      const answers: { readonly key: string; readonly isAway: boolean; readonly answer: Answer }[] = [];
      let isAway = false;
      let isOver = false;
      const load = [budgeted, budgeted, budgeted, free].map(async (key) => {
        while (!isOver) {
          const before = isAway;
          const answer = await client.as(key).chat('counted', { max_tokens: 4 });
          answers.push({ key, isAway: before && isAway, answer });
          await pause(5);
        }
      });
      const seen = (key: string, status: number): number =>
        answers.filter((each) => each.isAway && each.key === key && each.answer.status === status).length;

      await eventually('both keys are served', () => answers.length > 200, 30_000);
      await line.down();
      isAway = true;
      await pause(awayMs);
      await eventually('what is leased is used up', () => seen(budgeted, 503) > 0, 60_000);
      expect((await client.post('/key/generate', {})).status).toBe(503);
      isAway = false;
      await line.up();
      await eventually(
        'the key is served again',
        async () => (await client.as(budgeted).chat('counted')).status === 200,
        30_000,
      );
      isOver = true;
      await Promise.all(load);

      const awayOf = (key: string): readonly Answer[] =>
        answers.filter((each) => each.isAway && each.key === key).map(({ answer }) => answer);
      console.log(`away: ${seen(budgeted, 200)} served of leases, ${seen(budgeted, 503)} told to wait; ${seen(free, 200)} without a budget`); // prettier-ignore
      expect(seen(budgeted, 200)).toBeGreaterThan(0);
      for (const { status, headers } of awayOf(budgeted)) {
        if (status !== 200) expect([status, Number(headers.get('retry-after')) > 0]).toEqual([503, true]);
      }
      expect(awayOf(free).filter(({ status }) => status !== 200)).toEqual([]);

      expect(await gateway?.stop(60_000)).toEqual({ code: 0, signal: null });
      const rows = await readLedger(database);
      expect(rows.filter(({ status }) => status === 'success')).toHaveLength(
        [...upstream.calls.values()].reduce((sum, calls) => sum + calls, 0),
      );
      const [sum] = await database.sql(
        `SELECT SUM(spend_nanos) AS spent FROM spend_logs WHERE api_key_hash = '${keyHash(budgeted)}'`,
      );
      const spentNanos = BigInt(String(sum?.['spent']));
      const accounts = await readAccounts(database);
      expect(accounts.find(({ id }) => id === `key:${keyHash(budgeted)}`)).toMatchObject({
        spentNanos,
        committedNanos: spentNanos,
      });
      expect(accounts.filter(({ spentNanos: spent, committedNanos }) => spent !== committedNanos)).toEqual([]);
      expect(await database.sql('SELECT * FROM budget_leases')).toEqual([]);
    },
    180_000 + awayMs,
  );
});
