/** A team's own models: seen and used by its keys alone, in place of others of the same name. */
import type { ConfigModelRow } from './config-model-source.js';
import { catalogOf } from './testing/catalog-of.js';

const row = (
  id: string,
  modelName: string,
  teamId?: string,
  params: object = { api_key: `key-${id}` },
): ConfigModelRow => ({
  id,
  modelName,
  litellmParams: { model: 'openai/x', ...params },
  modelInfo: teamId === undefined ? {} : { team_id: teamId },
});

const rows = [
  row('shared', 'gpt'),
  row('a-gpt', 'gpt', 'a'),
  row('a-own', 'own', 'a'),
  row('b-own', 'own', 'b'),
  row('pattern', 'acme/*', 'b'),
];
const { catalog, problems } = catalogOf('router_settings: {model_group_alias: {short: gpt}}', {}, rows);
const idsOf = (model: string, team?: string) =>
  catalog
    .ofTeam(team)
    .find(model)
    ?.deployments.map(({ id }) => id);

it('are there', () => expect(problems).toEqual([]));

it.each([
  [undefined, { gpt: ['shared'], own: undefined, short: ['shared'], 'acme/x': undefined }],
  ['a', { gpt: ['a-gpt'], own: ['a-own'], short: ['a-gpt'], 'acme/x': undefined }],
  ['b', { gpt: ['shared'], own: ['b-own'], short: ['shared'], 'acme/x': ['pattern'] }],
  ['c', { gpt: ['shared'], own: undefined, short: ['shared'], 'acme/x': undefined }],
])('team %s finds %j', (team, expected) => {
  for (const [model, ids] of Object.entries(expected)) expect(idsOf(model, team)).toEqual(ids);
});

it('are listed for their team, and say whose they are', () => {
  const listed = (team?: string) =>
    catalog
      .ofTeam(team)
      .models()
      .map(({ id, teamId }) => (teamId === undefined ? id : `${id} of ${teamId}`));
  expect(listed()).toEqual(['gpt', 'short']);
  expect(listed('a')).toEqual(['gpt of a', 'own of a', 'short of a']);
  expect(listed('b')).toEqual(['gpt', 'own of b', 'acme/* of b', 'short']);
  expect(catalog.ofTeam('a').find('own')?.teamId).toBe('a');
});

it('are made once for each team, and never for a name that somebody makes up', () => {
  expect(catalog.ofTeam('a')).toBe(catalog.ofTeam('a'));
  expect(catalog.ofTeam('made up')).toBe(catalog);
  expect(catalog.ofTeam('__proto__')).toBe(catalog);
});

it('are found by id by whoever keeps objects there, and are all among the entries', () => {
  expect(catalog.findDeployment('b-own')?.id).toBe('b-own');
  expect(catalog.entries().map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
});

it('in the file are no other', () => {
  const yaml = 'model_list: [{model_name: m, litellm_params: {model: gpt-4o}, model_info: {team_id: a}}]';
  const own = catalogOf(yaml, { OPENAI_API_KEY: 'k' }).catalog;
  expect(own.find('m')).toBeNull();
  expect(own.ofTeam('a').find('m')).not.toBeNull();
});

/** The attack: a team's admin adds a model without a key, and has the gateway pay with its own. */
it('of the database never use a key of the environment', () => {
  const found = catalogOf('', { OPENAI_API_KEY: 'sk-env' }, [
    row('keyless', 'free', 'a', {}),
    row('keyless2', 'paid', undefined, {}),
  ]);
  expect(found.catalog.ofTeam('a').find('free')).toBeNull();
  expect(found.problems[0]).toContain('there is no key for `openai`');
  expect(found.catalog.find('paid')?.deployments[0]?.credentials.apiKey).toBe('sk-env');
});
