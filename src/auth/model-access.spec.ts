/** What the list of a key's models lets through. */
import { checkModelAccess, mayUseModel, modelDenial, type ModelUser } from './model-access.js';

it.each([
  [[], 'anything', true],
  [['gpt-4o'], 'gpt-4o', true],
  [['gpt-4o'], 'gpt-4o-mini', false],
  [['gpt-4o'], 'GPT-4o', false],
  [['gpt-4o', 'claude'], 'claude', true],
  [['openai/*'], 'openai/gpt-4o', true],
  [['openai/*'], 'openai/', true],
  [['openai/*'], 'openai', false],
  [['openai/*'], 'xopenai/gpt-4o', false],
  [['openai/*'], 'azure/openai/gpt-4o', false],
  [['*'], 'anything', true],
  [['*-mini'], 'gpt-4o-mini', true],
  [['*-mini'], 'gpt-4o', false],
  [['a*a'], 'a', false],
  [['a*a'], 'aa', true],
  [['gpt-*-mini'], 'gpt-4o-mini', true],
  [['gpt-.'], 'gpt-4', false],
  [['all-proxy-models'], 'anything', true],
  [['all-team-models'], 'anything', false],
  [['no-default-models'], 'anything', false],
  [[''], '', true],
  [[''], 'anything', false],
])('%j and %s: %s', (allowed, model, expected) => {
  expect(mayUseModel(allowed, model)).toBe(expected);
});

describe('every level', () => {
  const team = { denial: 'team_model_access_denied', models: ['gpt-4o'], isTeams: true } as const;
  const member = { denial: 'team_model_access_denied', models: ['gpt-4o', 'mine'] } as const;
  const organization = { denial: 'org_model_access_denied', models: ['gpt-4o', 'claude', 'mine'] } as const;
  const user = (given: Partial<ModelUser> = {}): ModelUser => ({ models: [], teamId: 't', modelLevels: [team, organization], ...given }); // prettier-ignore
  const own = { accessGroups: [], teamId: 't' };

  it.each<[string, ModelUser, string, Parameters<typeof modelDenial>[2], string | null]>([
    ['the team’s list narrows', user(), 'claude', { accessGroups: [] }, 'team_model_access_denied'],
    [
      'the organization’s too',
      user({ modelLevels: [organization] }),
      'other',
      { accessGroups: [] },
      'org_model_access_denied',
    ],
    ['the team’s list does not speak of its own model', user(), 'mine', own, null],
    ['but of another team’s of that name', user(), 'mine', { ...own, teamId: 'u' }, 'team_model_access_denied'],
    ['and of one that nobody serves', user(), 'mine', null, 'team_model_access_denied'],
    ['nor is it own to a caller without a team', user({ teamId: undefined }), 'mine', own, 'team_model_access_denied'],
    [
      'a model of no team is nobody’s own',
      user({ teamId: undefined }),
      'mine',
      { accessGroups: [] },
      'team_model_access_denied',
    ],
    ['the key’s list narrows the team’s own too', user({ models: ['gpt-4o'] }), 'mine', own, 'model_access_denied'],
    ['and so does nothing at all', user({ models: ['no-default-models'] }), 'mine', own, 'model_access_denied'],
    [
      'so does the member’s',
      user({ modelLevels: [team, { ...member, models: ['gpt-4o'] }] }),
      'mine',
      own,
      'team_model_access_denied',
    ],
    ['where the member’s names it, it passes', user({ modelLevels: [team, member] }), 'mine', own, null],
    [
      'so does the organization’s',
      user({ modelLevels: [team, { ...organization, models: ['gpt-4o'] }] }),
      'mine',
      own,
      'org_model_access_denied',
    ],
    [
      'a group counts at each level',
      user({ models: ['beta'], modelLevels: [{ ...team, models: ['beta'] }] }),
      'x',
      { accessGroups: ['beta'] },
      null,
    ],
    ['and not at another', user({ models: ['beta'] }), 'x', { accessGroups: ['beta'] }, 'team_model_access_denied'],
  ])('%s', (_what, who, model, facts, expected) => {
    // prettier-ignore
    expect(modelDenial(who, model, facts)).toBe(expected);
    const check = () => checkModelAccess(who, model, facts);
    if (expected === null) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: expected }));
  });
});
