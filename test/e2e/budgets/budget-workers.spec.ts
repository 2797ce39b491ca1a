/** A budget for ten and many requests at once to four processes of the built product: ten are let in, and paid for once. */
import { setTimeout as pause } from 'node:timers/promises';
import { keyHash } from '../../../src/auth/key-hash.js';
import { describeOnBothDatabases, eventually } from '../../integration/support/databases.js';
import { CountingUpstream, usage } from '../kill/counting-upstream.js';
import { GatewayClient, type Answer } from '../kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey } from '../kill/gateway-process.js';
import { readAccounts, readLedger } from '../kill/ledger.js';

const parallel = Number(process.env['TOLLGATE_RACE_REQUESTS'] ?? 200);
const workers = 4;
const costNanos = BigInt(usage.prompt_tokens * 1_000 + usage.completion_tokens * 2_000);
/** A request is estimated at more than it costs: the tenth needs some room, and not so much that there would be an eleventh. */
const budgetUsd = (10 * Number(costNanos) + 17_000) / 1e9;

describeOnBothDatabases(`${parallel} requests at once to ${workers} workers`, (database) => {
  const masterKey = newMasterKey();
  const folder = new GatewayFolder();
  const upstream = new CountingUpstream({ delayMs: () => 15 });
  let gateway: GatewayProcess | undefined;
  let client: GatewayClient;

  beforeAll(async () => {
    const litellmParams = {
      ...{ model: 'openai/counted', api_base: await upstream.listen(), api_key: 'sk-upstream' },
      ...{ input_cost_per_token: 0.000001, output_cost_per_token: 0.000002 },
    };
    folder.writeConfig({
      model_list: [{ model_name: 'counted', litellm_params: litellmParams }],
      router_settings: { num_retries: 0 },
      general_settings: { master_key: masterKey, database_url: database.url },
    });
    gateway = await GatewayProcess.start(folder, { args: ['--num-workers', String(workers)] });
    client = new GatewayClient(await gateway.listening(), masterKey);
    await eventually('all workers listen', () => gateway?.output.match(/listens on/g)?.length === workers, 60_000);
  }, 90_000);
  afterAll(async () => {
    if (gateway?.hasEnded === false) await gateway.stop();
    await upstream.close();
    folder.remove();
  }, 30_000);

  async function race(key: string, marker: string): Promise<void> {
    const ask = (): Promise<Answer> =>
      client.as(key).chat('counted', { max_tokens: 4, messages: [{ role: 'user', content: marker }] });
    const answers = await Promise.all(Array.from({ length: parallel }, ask));
    const statuses = new Map<number, number>();
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    expect([...statuses.keys()].filter((status) => ![200, 422, 429].includes(status))).toEqual([]);
    let admitted = statuses.get(200) ?? 0;
    console.log(`${database.dialect}, ${marker}: ${JSON.stringify([...statuses])}`);
    // What only waited for others gets what is left when it asks again.
    let last: Answer | undefined;
    for (let tries = 0; tries < 200 && last?.status !== 422; tries += 1) {
      last = await ask();
      if (last.status === 200) admitted += 1;
      else await pause(50);
    }
    expect(last?.status).toBe(422);
    expect([admitted, upstream.calls.get(marker)]).toEqual([10, 10]);
  }

  test(
    'of a key and of a team: ten are let in, and the accounts are the sums of the rows',
    async () => {
      const key = await client.generateKey({ max_budget: budgetUsd });
      await race(key, 'of-key');
      const team = await client.post('/team/new', { max_budget: budgetUsd });
      const teamId = String(team.json['team_id']);
      await race(await client.generateKey({ team_id: teamId }), 'of-team');
      expect(await gateway?.stop(60_000)).toEqual({ code: 0, signal: null });
      expect(await readLedger(database)).toHaveLength(20);
      const accounts = await readAccounts(database);
      const sum = { spentNanos: 10n * costNanos, committedNanos: 10n * costNanos };
      expect(accounts.find(({ id }) => id === `key:${keyHash(key)}`)).toMatchObject(sum);
      expect(accounts.find(({ id }) => id === `team:${teamId}`)).toMatchObject(sum);
      expect(accounts.filter(({ spentNanos, committedNanos }) => spentNanos !== committedNanos)).toEqual([]);
      expect(await database.sql('SELECT * FROM budget_leases')).toEqual([]);
    },
    120_000 + parallel * 100,
  );
});
