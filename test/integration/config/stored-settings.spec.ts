/** Settings of the database over those of the file: what fits is in force, what does not is skipped by name, and none stops another. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { StoredSettingRepository } from '../../../src/catalog/stored-setting.repository.js';
import { StoredSettings } from '../../../src/catalog/stored-settings.service.js';
import { loadConfig } from '../../../src/config/load-config.js';
import type { OverlaySetting } from '../../../src/config/settings-overlay.js';
import { SettingsOverlay } from '../../../src/config/settings-overlay.js';
import { SettingsReader } from '../../../src/config/settings-reader.js';
import { SettingsService } from '../../../src/config/settings.service.js';
import { configTopic } from '../../../src/database/change-topics.js';
import { ChangeFeedPoller } from '../../../src/database/change-feed.poller.js';
import { ChangeFeedRepository } from '../../../src/database/change-feed.repository.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { Vault } from '../../../src/vault/vault.service.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

const masterKey = 'sk-0f9a7c3e5b1d48628e4c6a2d7b9f1e3c';
const retries = (value: unknown): OverlaySetting => ({ section: 'router_settings', name: 'num_retries', value });

describeOnBothDatabases('settings of the database', (database) => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-settings-'));
  const path = join(folder, 'config.yaml');
  const environment = { TOLLGATE_MASTER_KEY: masterKey };
  const vault = new Vault(() => ['5f0c1a9d7be24836a1c2d3e4f5061728']);
  const warnings: string[] = [];
  let service: DatabaseService;
  let feed: ChangeFeedRepository;
  let poller: ChangeFeedPoller;
  let repository: StoredSettingRepository;
  let settings: SettingsService;
  let stored: StoredSettings;

  beforeAll(async () => {
    jest.spyOn(Logger.prototype, 'log').mockImplementation();
    for (const level of ['warn', 'error'] as const)
      jest
        .spyOn(Logger.prototype, level)
        .mockImplementation((...said: unknown[]) => void warnings.push(String(said[0])));
    writeFileSync(path, 'router_settings: {num_retries: 1, timeout: 9}');
    service = await openDatabase(database.url);
    feed = new ChangeFeedRepository(service);
    poller = new ChangeFeedPoller(feed);
    await poller.poll();
    repository = new StoredSettingRepository(service, vault);
    settings = new SettingsService(loadConfig(path, environment));
    const reader = new SettingsReader({ path, environment }, new SettingsOverlay());
    stored = new StoredSettings(repository, settings, reader, poller);
    await put(retries(5));
    await stored.onModuleInit();
  });
  afterAll(async () => {
    stored.onApplicationShutdown();
    await service.onApplicationShutdown();
    rmSync(folder, { recursive: true });
    jest.restoreAllMocks();
  });
  beforeEach(() => void warnings.splice(0));

  async function put(setting: OverlaySetting): Promise<void> {
    await service.transaction(async (tx) => {
      const before = (await repository.list(tx)).find(
        ({ section, name }) => section === setting.section && name === setting.name,
      );
      expect(await repository.replace(tx, before, setting.value === undefined ? undefined : setting, 'test')).toBe(
        true,
      );
      await feed.append(tx, configTopic, `${setting.section}.${setting.name}`);
    });
  }

  it('are in force from the start, over the file’s', () => {
    expect(settings.current().router).toMatchObject({ numRetries: 5, timeoutMs: 9_000 });
  });

  it('are in force once the feed has told of them, and the file’s again once they are gone', async () => {
    await put(retries(7));
    await poller.poll();
    await stored.refresh();
    expect(settings.current().router.numRetries).toBe(7);
    await put(retries(undefined));
    await poller.poll();
    await stored.refresh();
    expect(settings.current().router.numRetries).toBe(1);
  });

  it('that do not fit, are the operator’s own, or do not open are skipped by name; the others hold', async () => {
    await put(retries('many'));
    await put({ section: 'general_settings', name: 'master_key', value: 'sk-attacker-0123456789abcdef012345678' });
    await put({ section: 'general_settings', name: 'health_check_interval', value: 60 });
    const lost = new StoredSettingRepository(service, new Vault(() => ['9b8a7c6d5e4f30211203f4e5d6c7b8a9']));
    const sealed = { section: 'litellm_settings', name: 'default_fallbacks', value: ['sk-0123456789'] } as const;
    await service.transaction((tx) => lost.replace(tx, undefined, sealed, 'test'));
    await stored.refresh();
    expect(settings.general).toMatchObject({ masterKey, healthChecks: { intervalMs: 60_000 } });
    expect(settings.current().router.numRetries).toBe(1);
    expect(warnings.join('\n')).toMatch(
      /general_settings\.master_key of config_settings: skipped: is the operator's own/,
    );
    expect(warnings.join('\n')).toMatch(
      /litellm_settings\.default_fallbacks of config_settings: skipped: .* sealed under the key/,
    );
    expect(warnings.join('\n')).toMatch(/router_settings\.num_retries: expected a number, got text/);
    await put(retries(2));
    await stored.refresh();
    expect(settings.current().router.numRetries).toBe(2);
  });

  it('that hold a secret are sealed', async () => {
    const value = [{ note: 'sk-0123456789-canary' }];
    await put({ section: 'router_settings', name: 'model_group_alias', value });
    const rows = await service.run((client) => client.configSetting.findMany({ where: { name: 'model_group_alias' } }));
    expect(rows).toMatchObject([{ value: null, sealedValue: expect.stringMatching(/^tg1\./) as string }]);
    expect((await repository.list()).find(({ name }) => name === 'model_group_alias')?.value).toEqual(value);
    await put({ section: 'router_settings', name: 'model_group_alias', value: undefined });
  });

  it('that somebody else has changed meanwhile are not overwritten', async () => {
    const before = (await repository.list()).find(({ name }) => name === 'num_retries');
    await put(retries(3));
    expect(await service.transaction((tx) => repository.replace(tx, before, retries(4), 'late'))).toBe(false);
  });
});
