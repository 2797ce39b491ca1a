/** The attack: a key's model is over its budget, and what stands in for it is one that the key's team, or its customer, may not use. */
import type { CustomerRecord } from '../auth/customers/customer.repository.js';
import type { Principal } from '../auth/principal.js';
import { catalogOf } from '../catalog/testing/catalog-of.js';
import type { Asked } from './llm-request.js';
import type { Operation } from './operation.js';
import { RequestRoute } from './request-route.js';
import { readRequestSettings } from './request-settings.js';

const yaml = `model_list:
  - {model_name: smart, litellm_params: {model: openai/gpt-4o}}
  - {model_name: forbidden, litellm_params: {model: openai/gpt-4.1}, model_info: {access_groups: [beta]}}
  - {model_name: team-made, litellm_params: {model: openai/gpt-4o-mini, api_key: k}, model_info: {team_id: t}}
`;

function standsIn(model: string, caller: Partial<Principal>, customer?: Partial<CustomerRecord>): boolean {
  const { catalog } = catalogOf(yaml);
  const settings = readRequestSettings({ model: 'smart', messages: [] } as never, {});
  const operation = {
    model: 'smart',
    stream: false,
    bodyBytes: 1,
    reservedMembers: [],
    settings,
  } as unknown as Operation;
  const principal = { models: [], tags: [], keyHash: 'k', ...caller };
  const who = customer && { customer: { id: 'c', models: [], ...customer } };
  const asked = { operation, catalog: catalog.ofTeam(caller.teamId), principal, ...who } as unknown as Asked;
  return new RequestRoute(asked, '/v1/chat/completions', () => operation).standsIn(model);
}

const level = (
  denial: 'team_model_access_denied' | 'org_model_access_denied',
  models: readonly string[],
  isTeams = false,
) => ({ teamId: 't', modelLevels: [{ denial, models, isTeams }] }) as const;

it.each<[string, string, Partial<Principal>, Partial<CustomerRecord> | undefined]>([
  ['the key’s own list', 'forbidden', { models: ['smart'] }, undefined],
  ['its team’s', 'forbidden', level('team_model_access_denied', ['smart'], true), undefined],
  ['its organization’s', 'forbidden', level('org_model_access_denied', ['smart']), undefined],
  ['its customer’s', 'forbidden', {}, { models: ['smart'] }],
  ['the key’s own, of a model of its team', 'team-made', { teamId: 't', models: ['smart'] }, undefined],
  ['the catalog: it is another team’s', 'team-made', { teamId: 'u' }, undefined],
  ['the catalog: there is none', 'no-such-model', {}, undefined],
])('what stands in is held to %s', (_whose, model, caller, customer) => {
  expect(standsIn(model, caller, customer)).toBe(false);
});

it.each<[string, string, Partial<Principal>]>([
  ['that nobody narrows', 'forbidden', {}],
  ['that the team allows by a group', 'forbidden', level('team_model_access_denied', ['smart', 'beta'], true)],
  ['that is the team’s own', 'team-made', level('team_model_access_denied', ['smart'], true)],
])('a model %s stands in', (_what, model, caller) => {
  expect(standsIn(model, caller)).toBe(true);
});
