/** The rotation of the encryption key: cut off by `kill -9` again and again, it loses nothing, and it ends with nothing left under the old key. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { sealAnswer } from '../../../src/management/idempotency/sealed-answer.js';
import { sealedColumns } from '../../../src/vault/sealed-columns.js';
import { sealedPlaces } from '../../../src/vault/sealed-place.js';
import { Vault } from '../../../src/vault/vault.service.js';
import { GatewayFolder, newMasterKey, projectRoot } from '../../e2e/kill/gateway-process.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

beforeAll(() => Logger.overrideLogger(false));
jest.setTimeout(120_000);

const counts = { models: 700, credentials: 260, guardrails: 60, settings: 5 };
const by = { createdBy: 'admin', updatedBy: 'admin' };
/** The client's own key seals it: no business of the rotation. */
const sealedAnswer = sealAnswer('{}', randomBytes(32), 'k-1', 'i');
const at = new Date('2031-02-03T04:05:06.789Z');

describeOnBothDatabases('the rotation of the encryption key', (database) => {
  const [oldKey, newKey] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
  const both = new Vault(() => [newKey, oldKey]);
  const folder = new GatewayFolder();
  let service: DatabaseService;

  beforeAll(async () => {
    service = await openDatabase(database.url);
    folder.writeConfig({ general_settings: { master_key: newMasterKey(), database_url: database.url } });
    await seed(service, new Vault(() => [oldKey]));
  });
  afterAll(async () => {
    await service.onApplicationShutdown();
    folder.remove();
  });

  /** Runs the command, and ends it by SIGKILL once it has printed so many lines and a moment has passed. */
  function rotate(
    killAfterLines = Infinity,
    keys = `${newKey},${oldKey}`,
  ): Promise<{ code: number | null; output: string }> {
    const child = spawn(process.execPath, ['dist/main.js', 'rotate-encryption-key', '--config', folder.configPath], {
      cwd: projectRoot,
      env: { PATH: process.env['PATH'], TOLLGATE_ENCRYPTION_KEY: keys },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.split('\n').length > killAfterLines) setTimeout(() => child.kill('SIGKILL'), Math.random() * 40);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
  }

  const left = async (): Promise<number> => {
    const prefix = both.currentPrefix ?? '';
    const each = await service.run((client) =>
      Promise.all(sealedColumns.map((column) => column.count(client, prefix))),
    );
    return each.reduce((total, count) => total + count, 0);
  };

  it('survives kill -9 at random points: every row is readable at all times, and the rest is done by the next run', async () => {
    let before = await left();
    expect(before).toBe(counts.models + counts.credentials + counts.guardrails + counts.settings);
    let kills = 0;
    for (;;) {
      const { code, output } = await rotate(1 + Math.floor(Math.random() * 3));
      expect(await unreadable(service, both)).toEqual([]);
      const now = await left();
      expect(now).toBeLessThanOrEqual(before);
      before = now;
      if (code === null) {
        kills += 1;
        continue;
      }
      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('Done: ') as string });
      break;
    }
    expect(kills).toBeGreaterThan(2);
    expect(await left()).toBe(0);
    expect(await unreadable(service, new Vault(() => [newKey]))).toEqual([]);
    const [row] = await service.run((client) => client.configModel.findMany({ take: 1 }));
    expect(row?.updatedAt).toEqual(at);
    const answer = await service.run((client) => client.idempotentRequest.findUnique({ where: { id: 'i' } }));
    expect(answer).toMatchObject({ sealedAnswer });
  });

  it('with nothing left it says so and changes nothing', async () => {
    const before = await service.run((client) => client.credential.findMany({ orderBy: { name: 'asc' } }));
    const { code, output } = await rotate();
    expect(code).toBe(0);
    expect(output).toContain('Done: 0 rotated, 0 left');
    expect(await service.run((client) => client.credential.findMany({ orderBy: { name: 'asc' } }))).toEqual(before);
  });

  it('leaves what it cannot open as it is, names it, and goes on with the others', async () => {
    const lost = new Vault(() => [randomBytes(32).toString('hex')]);
    const place = sealedPlaces.credentialValues('lost');
    const sealedValues = lost.seal(place, '{}');
    await service.run((client) => client.credential.create({ data: { name: 'lost', sealedValues, info: {}, ...by } }));
    const again = `${oldKey},${newKey}`;
    const { code, output } = await rotate(Infinity, again);
    expect(code).toBe(1);
    expect(output).toMatch(/credentials, row lost: .* under the key [0-9a-f]{16}/);
    expect(output).toContain(' 1 left, 1 of them unreadable');
    expect(await unreadable(service, new Vault(() => [oldKey]))).toEqual(['credentials lost']);
    const row = await service.run((client) => client.credential.findUnique({ where: { name: 'lost' } }));
    expect(row?.sealedValues).toBe(sealedValues);
  });

  it('never overwrites what was changed since it was read', async () => {
    const prefix = both.currentPrefix ?? '';
    for (const column of sealedColumns) {
      const [row] = await service.run((client) => column.next(client, prefix, '', 1));
      if (!row) throw new Error('There is a row that is not under the new key.');
      expect(await service.transaction((tx) => row.replace(tx, `${prefix}first`))).toBe(true);
      expect(await service.transaction((tx) => row.replace(tx, `${prefix}second`))).toBe(false);
    }
  });

  it('without a key it says how to have one', async () => {
    const { code, output } = await rotate(Infinity, '');
    expect(code).toBe(1);
    expect(output).toContain('TOLLGATE_ENCRYPTION_KEY');
  });
});

async function seed(service: DatabaseService, vault: Vault): Promise<void> {
  const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  await service.run(async (client) => {
    await client.configModel.createMany({
      data: names('m', counts.models).map((id) => ({
        id,
        modelName: id,
        litellmParams: {},
        sealedParams: vault.seal(sealedPlaces.modelParams(id), clearOf(id)),
        modelInfo: {},
        updatedAt: at,
        ...by,
      })),
    });
    await client.credential.createMany({
      data: names('c', counts.credentials).map((name) => ({
        name,
        sealedValues: vault.seal(sealedPlaces.credentialValues(name), clearOf(name)),
        info: {},
        ...by,
      })),
    });
    await client.guardrail.createMany({
      data: names('g', counts.guardrails).map((id) => ({
        id,
        name: id,
        params: {},
        sealedParams: vault.seal(sealedPlaces.guardrailParams(id), clearOf(id)),
        info: {},
        ...by,
      })),
    });
    await client.configSetting.createMany({
      data: names('s', counts.settings).map((name) => ({
        section: 'litellm_settings',
        name,
        sealedValue: vault.seal(sealedPlaces.configSetting('litellm_settings', name), clearOf(name)),
        updatedBy: 'admin',
      })),
    });
    await client.idempotentRequest.create({
      data: { id: 'i', bodyHash: 'h', status: 200, sealedAnswer, createdAt: at, expiresAt: at },
    });
    // Rows without an envelope are nobody's business.
    await client.configModel.create({
      data: { id: 'open', modelName: 'open', litellmParams: {}, modelInfo: {}, ...by },
    });
  });
}

const clearOf = (id: string): string => `the secret of ${id}`;

/** The rows that do not open, or open to something else. */
async function unreadable(service: DatabaseService, vault: Vault): Promise<string[]> {
  const found: string[] = [];
  for (const column of sealedColumns) {
    const rows = await service.run((client) => column.next(client, 'no prefix', '', 10_000));
    for (const { place, envelope } of rows) {
      const name = place.row.replace('litellm_settings.', '');
      try {
        if (vault.open(place, envelope) !== clearOf(name)) found.push(`${place.table} ${name}`);
      } catch {
        found.push(`${place.table} ${name}`);
      }
    }
  }
  return found;
}
