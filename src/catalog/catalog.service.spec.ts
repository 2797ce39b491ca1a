import { Logger } from '@nestjs/common';
import { ConfigError } from '../config/config-problem.js';
import { SettingsService } from '../config/settings.service.js';
import { modelsTopic } from '../database/change-topics.js';
import type { ChangeFeedPoller, ChangeSubscriber } from '../database/change-feed.poller.js';
import { CatalogService } from './catalog.service.js';
import type { ConfigModelRow, ConfigModelSource } from './config-model-source.js';
import { configOf, testRegistry } from './testing/catalog-of.js';

const one = 'model_list: [{model_name: one, litellm_params: {model: openai/x, api_key: k}}]';
const two = 'model_list: [{model_name: two, litellm_params: {model: openai/x, api_key: k}}]';
const stored = `${one}\ngeneral_settings: {store_model_in_db: true}`;

class Feed {
  private subscriber: ChangeSubscriber | undefined;

  subscribe(subscriber: ChangeSubscriber): () => void {
    this.subscriber = subscriber;
    return () => (this.subscriber = undefined);
  }

  tell(topic: string, gap = false): void {
    this.subscriber?.(gap ? [] : [{ sequence: 1n, topic, key: 'k' }], { gap });
  }
}

class Source implements ConfigModelSource {
  rows: readonly ConfigModelRow[] = [];
  fails = false;
  reads = 0;

  async list(): Promise<readonly ConfigModelRow[]> {
    this.reads += 1;
    if (this.fails) throw new Error('away');
    return this.rows;
  }
}

const row = (id: string): ConfigModelRow => ({
  id,
  modelName: id,
  litellmParams: { model: 'openai/x', api_key: 'k' },
  modelInfo: {},
});

function make(yaml: string) {
  const settings = new SettingsService(configOf(yaml));
  const source = new Source();
  const feed = new Feed();
  const catalog = new CatalogService(settings, testRegistry, source, feed as unknown as ChangeFeedPoller);
  return { settings, source, feed, catalog };
}

let warn: jest.SpyInstance;

beforeEach(() => {
  jest.useFakeTimers();
  warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
});

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const settle = (): Promise<void> => jest.advanceTimersByTimeAsync(0).then(() => undefined);

describe('CatalogService', () => {
  it('does not start on a configuration that names what does not exist', () => {
    expect(() => make('model_list: [{model_name: a, litellm_params: {model: opnai/x}}]')).toThrow(ConfigError);
  });

  it('lets a room look at each snapshot before it is used: what it refuses at a change of the file is not used', () => {
    const { settings, catalog } = make(one);
    const fault = { severity: 'error', file: 'f', line: 1, path: 'p', message: 'no' } as const;
    expect(() => catalog.addCheck(() => [fault])).toThrow(ConfigError);
    const stop = catalog.addCheck((snapshot) => (snapshot.find('two') ? [fault] : []));
    expect(catalog.findErrors(configOf(two))).toEqual([fault]);
    expect(() => settings.replace(configOf(two))).toThrow(ConfigError);
    expect(catalog.current().find('one')).not.toBeNull();
    stop();
    settings.replace(configOf(two));
    expect(catalog.current().find('two')).not.toBeNull();
  });

  it('goes on with the rows of the database where a room refuses what they lead to, and warns', async () => {
    const { source, catalog } = make(stored);
    const fault = { severity: 'error', file: 'f', line: 1, path: 'p', message: 'no' } as const;
    catalog.addCheck((snapshot) => (snapshot.find('new') ? [fault] : []));
    source.rows = [row('new')];
    await catalog.refresh();
    expect(catalog.current().find('new')).not.toBeNull();
    expect(warn).toHaveBeenCalledWith('f:1: p: warning: no');
  });

  it('swaps the whole snapshot on a change, and leaves the old one as it was', () => {
    const { settings, catalog } = make(one);
    const before = catalog.current();
    settings.replace(configOf(two));
    expect(catalog.current().find('two')).not.toBeNull();
    expect(catalog.current().find('one')).toBeNull();
    expect(catalog.current().version).toBeGreaterThan(before.version);
    expect(before.find('one')).not.toBeNull();
    expect(before.find('two')).toBeNull();
  });

  it('keeps the old snapshot where the new configuration names what does not exist', () => {
    const { settings, catalog } = make(one);
    const before = catalog.current();
    const wrong = configOf('model_list: [{model_name: a, litellm_params: {model: opnai/x}}]');
    expect(() => settings.replace(wrong)).toThrow(ConfigError);
    expect(catalog.current()).toBe(before);
    expect(settings.current().models[0]?.modelName).toBe('one');
  });

  it('reads the database only where the configuration says so', async () => {
    const { source, feed, catalog } = make(one);
    source.rows = [row('stored')];
    await catalog.onModuleInit();
    feed.tell(modelsTopic);
    await settle();
    expect(source.reads).toBe(0);
    expect(catalog.current().find('stored')).toBeNull();
  });

  it('has the models of the database from the start, and newer ones when the feed tells of them', async () => {
    const { settings, source, feed, catalog } = make(stored);
    source.rows = [row('first')];
    await catalog.onModuleInit();
    expect(catalog.current().find('first')).not.toBeNull();

    source.rows = [row('second')];
    feed.tell('key');
    await settle();
    expect(catalog.current().find('second')).toBeNull();
    feed.tell(modelsTopic);
    await settle();
    expect(catalog.current().find('second')).not.toBeNull();
    expect(catalog.current().find('first')).toBeNull();

    source.rows = [row('third')];
    feed.tell('', true);
    await settle();
    settings.replace(configOf(`${two}\ngeneral_settings: {store_model_in_db: true}`));
    expect(['one', 'two', 'third'].map((name) => catalog.current().find(name) !== null)).toEqual([false, true, true]);
    catalog.onApplicationShutdown();
  });

  it('keeps the last known models while the database is away, warns once, and recovers by itself', async () => {
    const { source, feed, catalog } = make(stored);
    source.rows = [row('known')];
    await catalog.onModuleInit();
    source.fails = true;
    feed.tell(modelsTopic);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(catalog.current().find('known')).not.toBeNull();
    expect(warn).toHaveBeenCalledTimes(1);

    source.fails = false;
    source.rows = [row('newer')];
    await jest.advanceTimersByTimeAsync(1_000);
    expect(catalog.current().find('newer')).not.toBeNull();
    catalog.onApplicationShutdown();
  });

  it('reads once more when a change is told during a reading', async () => {
    const { source, feed, catalog } = make(stored);
    await catalog.onModuleInit();
    const reads = source.reads;
    feed.tell(modelsTopic);
    feed.tell(modelsTopic);
    feed.tell(modelsTopic);
    await settle();
    expect(source.reads - reads).toBe(2);
    catalog.onApplicationShutdown();
  });

  it('names a row that cannot be served once, not at every reading', async () => {
    const { source, feed, catalog } = make(stored);
    source.rows = [{ ...row('broken'), litellmParams: {} }];
    await catalog.onModuleInit();
    feed.tell(modelsTopic);
    await settle();
    expect(warn.mock.calls.filter(([line]) => String(line).includes('row broken'))).toHaveLength(1);
    catalog.onApplicationShutdown();
  });
});
