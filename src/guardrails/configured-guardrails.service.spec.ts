import { Logger } from '@nestjs/common';
import { CatalogService } from '../catalog/catalog.service.js';
import type { StoredGuardrail } from '../catalog/config-model-source.js';
import { configOf, testRegistry } from '../catalog/testing/catalog-of.js';
import { ConfigError, describeProblem } from '../config/config-problem.js';
import { SettingsService } from '../config/settings.service.js';
import { validateCatalog } from '../catalog/build-snapshot.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { systemClock } from '../core/spec/clock.js';
import { checkGuardrails, ConfiguredGuardrails } from './configured-guardrails.service.js';
import { GuardrailInstances, type Surroundings } from './guardrail-instances.js';
import { GuardrailRegistry } from './guardrail-registry.js';
import { GuardrailSources } from './guardrail-source.js';
import type { GuardedContent, GuardrailContext } from './guardrail.js';
import { WordGuardrails } from './testing/guardrail-types.js';

const entry = (name: string, params: string): string =>
  `  - {guardrail_name: ${name}, litellm_params: {guardrail: words, mode: pre_call, ${params}}}\n`;
const good = `guardrails:\n${entry('g', 'words: [bad]')}`;

async function start(yaml: string, rows: StoredGuardrail[] = []) {
  const words = new WordGuardrails();
  const settings = new SettingsService(configOf(yaml));
  const catalog = new CatalogService(settings, testRegistry, undefined, undefined, {
    list: () => Promise.resolve({ credentials: [], guardrails: [...rows] }),
  });
  const sent: string[] = [];
  const surroundings: Surroundings = {
    clock: systemClock,
    http: {
      send: ({ egress }) => {
        sent.push(egress);
        return Promise.resolve({ status: 200, headers: {}, body: Buffer.alloc(0) });
      },
    },
    models: { call: () => Promise.reject(new Error('no test asks it')) },
  };
  const instances = new GuardrailInstances(new GuardrailRegistry([words]), surroundings, () => catalog.current());
  const sources = new GuardrailSources();
  const configured = new ConfiguredGuardrails(instances, catalog, sources);
  await catalog.onModuleInit();
  const all = () => sources.all(catalog.current());
  return { words, settings, catalog, sent, sources, configured, all };
}

const errorsOf = (work: () => unknown): string[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map((problem) => describeProblem(problem).replace(/^.*config\.yaml/, ''));
    throw error;
  }
  return [];
};

const text = (said: string): GuardedContent => ({
  direction: 'request',
  texts: [{ text: said, role: 'user' }],
  tools: [],
  toolCalls: [],
  isComplete: true,
});
const context = {} as GuardrailContext;

let warn: jest.SpyInstance;
beforeEach(() => (warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation()));
afterEach(() => jest.restoreAllMocks());

const mistakes: [string, string, string][] = [
  [
    'a kind that does not exist',
    `guardrails:\n  - {guardrail_name: g, litellm_params: {guardrail: wrods, mode: pre_call}}`,
    ':2: guardrails[0].litellm_params.guardrail: there is no kind of guardrail `wrods`. Did you mean `words`?',
  ],
  [
    'a parameter of the wrong type',
    `guardrails:\n${entry('a', 'words: [x]')}${entry('b', 'words: 5')}`,
    ':3: guardrails[1].litellm_params.words: expected a list, got 5. Correct it, or remove it.',
  ],
  [
    'a parameter that is missing',
    `guardrails:\n${entry('g', 'order: 1')}`,
    ':2: guardrails[0].litellm_params.words: is missing. Correct it, or remove it.',
  ],
  [
    'parameters that do not go together',
    `guardrails:\n${entry('g', 'words: [a, "*"]')}`,
    ':2: guardrails[0].litellm_params.words[1]: would match everything. Write a word.',
  ],
  [
    'a slip in a name',
    `guardrails:\n${entry('g', 'words: [a], lsits: []')}`,
    ':2: guardrails[0].litellm_params.lsits: is no parameter of this kind of guardrail. Did you mean `lists`?',
  ],
];

it.each(mistakes)('%s stops the start, with the place and the mending', async (_, yaml, message) => {
  await expect(start(yaml)).rejects.toThrow(message);
});

it.each(mistakes)('%s is refused by a reload, and the old ones stay in force', async (_, yaml, message) => {
  const { settings, catalog, all } = await start(good);
  const before = catalog.current();
  expect(errorsOf(() => settings.replace(configOf(yaml)))).toContain(message);
  expect(catalog.current()).toBe(before);
  expect(settings.current().guardrails).toHaveLength(1);
  expect(await all()[0]?.guardrail.check(text('bad'), context)).toMatchObject({ action: 'block' });
});

it.each(mistakes)('%s is found by a look at the file without serving it', (_, yaml, message) => {
  const validate = validateCatalog(testRegistry, checkGuardrails(new GuardrailRegistry([new WordGuardrails()])));
  expect(validate(configOf(yaml)).map((problem) => describeProblem(problem).replace(/^.*config\.yaml/, ''))).toEqual([
    message,
  ]);
});

it('every mistake of a file is told at once', async () => {
  const yaml = `guardrails:\n${entry('a', 'words: ["*"]')}${entry('b', 'words: 5, lsits: 1')}`;
  const { settings } = await start('');
  expect(errorsOf(() => settings.replace(configOf(yaml)))).toHaveLength(3);
});

it('a change of the settings by management is checked against it too', async () => {
  const { catalog } = await start(good);
  expect(catalog.findErrors(configOf(`guardrails:\n${entry('g', 'words: ["*"]')}`))).toHaveLength(1);
  expect(catalog.findErrors(configOf(good))).toEqual([]);
});

it('the engine is told of each with its settings, and of those of one name each by itself', async () => {
  const tags =
    '  - {guardrail_name: g, litellm_params: {guardrail: words, mode: {tags: {x: post_call}}, words: [a], default_on: true, order: 3, timeout: 2, fail_on_error: false, violation_message_template: no}}\n';
  const { all } = await start(`${good}${tags}`);
  expect(all()).toMatchObject([
    { name: 'g', modes: ['pre_call'], isDefault: false, order: 0, failure: 'closed', timeoutMs: 10_000 },
    { name: 'g', modes: [], isDefault: true, order: 3, failure: 'open', timeoutMs: 2_000, messageTemplate: 'no' },
  ]);
  expect(all()[1]?.tagModes?.get('x')).toEqual(['post_call']);
  expect(all()[0]).not.toHaveProperty('tagModes');
});

it('what is made stays while its definition does, and is asked for without work', async () => {
  const { settings, words, all } = await start(good);
  const [before] = all();
  expect(all()).toBe(all());
  settings.replace(configOf(good.replace('words: [bad]', 'words: [bad], order: 7')));
  expect(all()[0]).toMatchObject({ order: 7 });
  expect(all()[0]?.guardrail).toBe(before?.guardrail);
  settings.replace(configOf(good.replace('[bad]', '[worse]')));
  expect(all()[0]?.guardrail).not.toBe(before?.guardrail);
  expect(words.made).toHaveLength(2);
  settings.replace(configOf(''));
  expect(all()).toEqual([]);
  // It was forgotten meanwhile.
  settings.replace(configOf(good));
  all();
  expect(words.made).toHaveLength(3);
});

it('a request goes on with those of the snapshot that it began with', async () => {
  const { settings, catalog, sources } = await start(good);
  const begun = catalog.current();
  settings.replace(configOf(good.replace('[bad]', '[worse]')));
  sources.all(catalog.current());
  expect(await sources.all(begun)[0]?.guardrail.check(text('bad'), context)).toMatchObject({ action: 'block' });
});

describe('those of the database', () => {
  const row = (params: object, id = 'r1'): StoredGuardrail => ({
    id,
    name: id,
    params: { guardrail: 'words', mode: 'pre_call', default_on: true, ...params },
    info: {},
  });

  it.each([
    [
      'a mistake',
      { words: ['*'] },
      'litellm_params.words[0]: warning: unable to work: would match everything. Write a word.',
    ],
    [
      'a kind that this version does not have',
      { guardrail: 'gone', words: ['x'] },
      'litellm_params.guardrail: warning: unable to work: there is no kind of guardrail `gone`.',
    ],
  ])('with %s stop neither the start nor the others, and let nothing pass', async (_, params, warning) => {
    const { all } = await start(good, [row(params)]);
    expect(all().map(({ name }) => name)).toEqual(['g', 'r1']);
    expect(() => all()[1]?.guardrail.check(text('hi'), context)).toThrow(GatewayError);
    expect(all()[1]).toMatchObject({ isDefault: true, failure: 'closed' });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining(`database row r1 of guardrails: ${warning}`));
  });

  it('are in force when they are read, and gone with their row', async () => {
    const rows = [row({ words: ['stored'] })];
    const { all, catalog } = await start('', rows);
    expect(await all()[0]?.guardrail.check(text('stored'), context)).toMatchObject({ action: 'block' });
    rows.pop();
    await catalog.refresh();
    expect(all()).toEqual([]);
  });

  it('reach no address that only the operator may allow, whatever their kind asks for', async () => {
    const { words, sent } = await start(good, [row({ words: ['x'] })]);
    for (const { surroundings } of words.made)
      await surroundings.http.send({ url: 'http://10.0.0.1/', egress: 'operator' });
    expect(sent).toEqual(['operator', 'restricted']);
  });

  it('are checked before they are stored', async () => {
    const { catalog } = await start(good);
    const faults = (params: object) => catalog.findGuardrailFaults(row(params));
    expect(faults({ words: ['x'] })).toEqual([]);
    expect(faults({ words: ['*'] })).toEqual([
      { path: 'litellm_params.words[0]', message: 'would match everything. Write a word.' },
    ]);
    expect(faults({ guardrail: 'x' })).toMatchObject([{ path: 'litellm_params.guardrail' }]);
    expect(faults({ words: ['x'], lists: [{ words_file: '/etc/passwd' }] })).toMatchObject([
      { path: 'litellm_params.lists[0].words_file' },
    ]);
    expect(faults({ words: ['x'], mode: 'never' })).toMatchObject([{ path: 'litellm_params.mode' }]);
  });
});

it('a kind sees the models of the snapshot that it is made for, and later those that are served', async () => {
  const model = (name: string) =>
    `model_list: [{model_name: ${name}, litellm_params: {model: openai/x, api_key: k}}]\n`;
  const { words, settings } = await start('');
  const seen: number[] = [];
  const create = words.create.bind(words);
  jest.spyOn(words, 'create').mockImplementation((parameters, surroundings) => {
    seen.push(surroundings.deploymentsOf('judge').length);
    return create(parameters, surroundings);
  });
  settings.replace(configOf(`${model('judge')}${good}`));
  expect(seen).toEqual([1]);
  settings.replace(configOf(`${model('other')}${good}`));
  expect(words.made[0]?.surroundings.deploymentsOf('judge')).toEqual([]);
});

it('a kind that fails in its own code takes nothing down, and its message tells no secret', async () => {
  const { words, settings, all } = await start(good);
  jest.spyOn(words, 'create').mockImplementation(() => {
    throw new TypeError('secret-of-the-service');
  });
  const [message] = errorsOf(() => settings.replace(configOf(good.replace('[bad]', '[worse]'))));
  expect(message).toBe(':2: guardrails[0].litellm_params: cannot be made (TypeError). Correct its parameters.');
  expect(await all()[0]?.guardrail.check(text('bad'), context)).toMatchObject({ action: 'block' });
});

it('a model that requests are to go to and that is not served is told of', async () => {
  await start(
    `guardrails:\n${entry('g', 'words: [a], on_sensitive_data: route, sensitive_data_route_to_model: inside')}`,
  );
  expect(warn).toHaveBeenCalledWith(
    expect.stringContaining(
      'litellm_params.sensitive_data_route_to_model: warning: leads to `inside`, which is not served now.',
    ),
  );
});

it('nothing is asked of it after the end', async () => {
  const { configured, sources, catalog } = await start(good);
  configured.onApplicationShutdown();
  expect(sources.all(catalog.current())).toEqual([]);
});
