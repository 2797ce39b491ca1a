/** Models that are stored in the database: from the row, over the change feed, into what is served. */
import { Logger } from '@nestjs/common';
import { CatalogService } from '../../../src/catalog/catalog.service.js';
import { ConfigModelRepository } from '../../../src/catalog/config-model.repository.js';
import { configOf, testRegistry } from '../../../src/catalog/testing/catalog-of.js';
import { SettingsService } from '../../../src/config/settings.service.js';
import { modelsTopic } from '../../../src/database/change-topics.js';
import { ChangeFeedPoller } from '../../../src/database/change-feed.poller.js';
import { ChangeFeedRepository } from '../../../src/database/change-feed.repository.js';
import type { DatabaseService } from '../../../src/database/database.service.js';
import { Vault } from '../../../src/vault/vault.service.js';
import { describeOnBothDatabases, openDatabase } from '../support/databases.js';

const newKey = '5f0c1a9d7be24836a1c2d3e4f5061728';

beforeAll(() => Logger.overrideLogger(false));

describeOnBothDatabases('models of the database', (database) => {
  let service: DatabaseService;
  let feed: ChangeFeedRepository;
  let poller: ChangeFeedPoller;
  let catalog: CatalogService;

  beforeAll(async () => {
    service = await openDatabase(database.url);
    feed = new ChangeFeedRepository(service);
    poller = new ChangeFeedPoller(feed);
    const settings = new SettingsService(configOf('general_settings: {store_model_in_db: true}'));
    catalog = new CatalogService(
      settings,
      testRegistry,
      new ConfigModelRepository(service, new Vault(() => [newKey])),
      poller,
    );
    await poller.poll();
    await catalog.onModuleInit();
  });

  afterAll(async () => {
    catalog.onApplicationShutdown();
    await service.onApplicationShutdown();
  });

  const add = (id: string, modelName: string, apiKey: string, createdAt: string): Promise<bigint> =>
    service.transaction(async (tx) => {
      const litellmParams = { model: 'openai/gpt-4o', api_key: apiKey, input_cost_per_token: 2.5e-6 };
      const by = { createdBy: 'admin', updatedBy: 'admin' };
      await tx.configModel.create({
        data: { id, modelName, litellmParams, modelInfo: {}, createdAt: new Date(createdAt), ...by },
      });
      return feed.append(tx, modelsTopic, id);
    });

  const keysOf = (model: string): (string | undefined)[] | undefined =>
    catalog
      .current()
      .find(model)
      ?.deployments.map(({ credentials }) => credentials.apiKey);

  it('are served once the feed has told of them, oldest first, and no longer once they are gone', async () => {
    expect(catalog.current().find('stored')).toBeNull();
    await add('younger', 'stored', 'two', '2031-01-01T00:00:00Z');
    await add('older', 'stored', 'one', '2030-01-01T00:00:00Z');
    await poller.poll();
    await catalog.refresh();
    expect(keysOf('stored')).toEqual(['one', 'two']);
    expect(catalog.current().findDeployment('older')).toMatchObject({
      egress: 'restricted',
      prices: { inputPerToken: '0.0000025' },
    });

    await service.transaction(async (tx) => {
      await tx.configModel.deleteMany({});
      return feed.append(tx, modelsTopic, 'all');
    });
    await poller.poll();
    await catalog.refresh();
    expect(keysOf('stored')).toBeUndefined();
  });
});
