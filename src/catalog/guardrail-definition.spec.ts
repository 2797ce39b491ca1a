import type { StoredGuardrail } from './config-model-source.js';
import { fingerprintOf } from './guardrail-definition.js';
import { catalogOf } from './testing/catalog-of.js';

const yaml = `guardrails:
  - {guardrail_name: a, litellm_params: {guardrail: words, mode: pre_call, words: [x]}}
  - {guardrail_name: a, litellm_params: {guardrail: words, mode: pre_call, words: [y]}}
`;
const row = (id: string, name: string, more: Partial<StoredGuardrail> = {}): StoredGuardrail => ({
  id,
  name,
  params: { guardrail: 'words', mode: 'post_call', default_on: true, words: ['z'] },
  info: {},
  ...more,
});
const guardrailsOf = (text: string, rows: readonly StoredGuardrail[] = []) => {
  const { catalog, problems } = catalogOf(text, {}, [], [], rows);
  return { catalog, problems, guardrails: catalog.guardrails };
};

it('are those of the file, then those of the database, frozen to the leaves', () => {
  const { guardrails, problems } = guardrailsOf(yaml, [row('r1', 'b')]);
  expect(problems).toEqual([]);
  expect(guardrails).toMatchObject([
    { name: 'a', source: 'file', modes: ['pre_call'], parameters: { words: ['x'] } },
    { name: 'a', source: 'file', parameters: { words: ['y'] } },
    { id: 'r1', name: 'b', source: 'database', modes: ['post_call'], defaultOn: true, parameters: { words: ['z'] } },
  ]);
  expect(Object.isFrozen(guardrails[2]?.parameters['words'])).toBe(true);
});

it('keep their ids and what is made of them over changes elsewhere in the file', () => {
  const [first, second] = guardrailsOf(yaml).guardrails;
  const [, again, moved] = guardrailsOf(
    yaml.replace(
      'guardrails:\n',
      'guardrails:\n  - {guardrail_name: new, litellm_params: {guardrail: words, mode: pre_call}}\n',
    ),
  ).guardrails;
  expect([again?.id, moved?.id]).toEqual([first?.id, second?.id]);
  expect(first?.id).not.toBe(second?.id);
  expect(again && fingerprintOf(again)).toBe(first && fingerprintOf(first));
  const [changed] = guardrailsOf(yaml.replace('[x]', '[q]')).guardrails;
  expect(changed?.id).toBe(first?.id);
  expect(changed && fingerprintOf(changed)).not.toBe(first && fingerprintOf(first));
});

it('of the database never stand beside one of the file by the same name', () => {
  const { guardrails, problems } = guardrailsOf(yaml, [row('r1', 'a')]);
  expect(guardrails.map(({ source }) => source)).toEqual(['file', 'file']);
  expect(problems).toEqual([
    'database row r1 of guardrails: warning: skipped: a guardrail of the configuration file has the same name.',
  ]);
});

it('that cannot be opened stay, with whom they protect and when: nothing passes because a key is lost', () => {
  const closed = row('r1', 'b', {
    params: { guardrail: 'words', mode: 'pre_call', default_on: true },
    fault: 'the key is gone.',
  });
  const { guardrails, problems } = guardrailsOf('', [closed]);
  expect(guardrails).toMatchObject([
    { name: 'b', modes: ['pre_call'], defaultOn: true, failure: 'closed', fault: 'the key is gone.', parameters: {} },
  ]);
  expect(problems).toEqual(['database row r1 of guardrails: warning: unable to work: the key is gone.']);
});

it('that name a file of this machine stay without it, and are told of', () => {
  const params = { guardrail: 'words', mode: 'pre_call', words_file: '/etc/passwd' };
  const { guardrails, problems } = guardrailsOf('', [row('r1', 'b', { params })]);
  expect(guardrails).toMatchObject([{ name: 'b', fault: expect.stringContaining('names a file') as string }]);
  expect(JSON.stringify(guardrails[0]?.parameters)).toBe('{}');
  expect(problems).toHaveLength(1);
});

it('are one list for all teams, and no list at all where there are none', () => {
  const model =
    'model_list: [{model_name: m, litellm_params: {model: openai/x, api_key: k}, model_info: {team_id: t}}]';
  const { catalog } = guardrailsOf(`${model}\n${yaml}`);
  expect(catalog.ofTeam('t')).not.toBe(catalog);
  expect(catalog.ofTeam('t').guardrails).toBe(catalog.guardrails);
  expect(guardrailsOf('').guardrails).toEqual([]);
});
