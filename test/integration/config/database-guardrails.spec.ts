/** Guardrails that are stored in the database: from the row, over the change feed, into what is in force, with their parameters sealed. */
import { Logger } from '@nestjs/common';
import { CatalogService } from '../../../src/catalog/catalog.service.js';
import { StoredCredentialRepository } from '../../../src/catalog/credential.repository.js';
import { StoredGuardrailRepository } from '../../../src/catalog/guardrail.repository.js';
import { StoredPartsRepository } from '../../../src/catalog/stored-parts.repository.js';
import { configOf, testRegistry } from '../../../src/catalog/testing/catalog-of.js';
import { SettingsService } from '../../../src/config/settings.service.js';
import { guardrailTopic } from '../../../src/database/change-topics.js';
import { ChangeFeedPoller } from '../../../src/database/change-feed.poller.js';
import { ChangeFeedRepository } from '../../../src/database/change-feed.repository.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { GuardrailRepository } from '../../../src/management/guardrails/guardrail.repository.js';
import { Vault } from '../../../src/vault/vault.service.js';
import { eventually } from '../../e2e/support/eventually.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

const [firstKey, otherKey] = ['5f0c1a9d7be24836a1c2d3e4f5061728', '6f0c1a9d7be24836a1c2d3e4f5061728'];

beforeAll(() => Logger.overrideLogger(false));

describeOnBothDatabases('guardrails of the database', (database) => {
  let service: DatabaseService;
  let feed: ChangeFeedRepository;
  let poller: ChangeFeedPoller;

  beforeAll(async () => {
    service = await openDatabase(database.url);
    feed = new ChangeFeedRepository(service);
    poller = new ChangeFeedPoller(feed);
    await poller.poll();
  });
  afterAll(() => service.onApplicationShutdown());

  const catalogWith = async (vault: Vault): Promise<CatalogService> => {
    const parts = new StoredPartsRepository(
      new StoredCredentialRepository(service, vault),
      new StoredGuardrailRepository(service, vault),
    );
    const settings = new SettingsService(configOf(''));
    const catalog = new CatalogService(settings, testRegistry, undefined, poller, parts);
    await catalog.onModuleInit();
    return catalog;
  };

  it('are in force elsewhere once the feed has told of them, and gone once it has told of that', async () => {
    const vault = new Vault(() => [firstKey]);
    const rows = new GuardrailRepository(service, vault);
    const elsewhere = await catalogWith(vault);
    const names = () => elsewhere.current().guardrails.map(({ name }) => name);
    expect(names()).toEqual([]);
    const params = { guardrail: 'words', mode: 'pre_call', default_on: true, words: ['a'], api_key: 'guard-secret' };
    await service.transaction(async (tx) => {
      await rows.create(tx, 'r1', { name: 'g', params, info: { owner: 'x' } }, 'admin');
      await feed.append(tx, guardrailTopic, 'r1');
    });
    await poller.poll();
    await eventually('it is in force', () => names().length === 1);
    expect(elsewhere.current().guardrails).toMatchObject([
      {
        id: 'r1',
        name: 'g',
        source: 'database',
        parameters: { words: ['a'], api_key: 'guard-secret' },
        info: { owner: 'x' },
      },
    ]);

    const [row] = await service.run((client) => client.guardrail.findMany());
    expect(JSON.stringify(row)).not.toContain('guard-secret');

    // Without the key it is there still, and says that it cannot look.
    const closed = await catalogWith(new Vault(() => [otherKey]));
    expect(closed.current().guardrails).toMatchObject([
      { name: 'g', defaultOn: true, modes: ['pre_call'], parameters: {}, fault: expect.stringMatching(/\S/) as string },
    ]);
    closed.onApplicationShutdown();

    await service.transaction(async (tx) => {
      await rows.delete(tx, 'r1');
      await feed.append(tx, guardrailTopic, 'r1');
    });
    await poller.poll();
    await eventually('it is gone', () => names().length === 0);
    elsewhere.onApplicationShutdown();
  });

  it('lie open where there is no key and no secret, and are refused where there is a secret', async () => {
    const rows = new GuardrailRepository(service, new Vault(() => []));
    const params = { guardrail: 'words', mode: 'pre_call', words: ['a'] };
    await service.transaction((tx) => rows.create(tx, 'r2', { name: 'open', params, info: {} }, 'admin'));
    expect(await rows.find('r2')).toMatchObject({ params, isClosed: false });
    const secret = { ...params, api_key: 'guard-secret' };
    const stored = service.transaction((tx) =>
      rows.create(tx, 'r3', { name: 'secret', params: secret, info: {} }, 'admin'),
    );
    await expect(stored).rejects.toMatchObject({ code: 'no_encryption_key' });
    await service.transaction((tx) => rows.delete(tx, 'r2'));
  });
});
