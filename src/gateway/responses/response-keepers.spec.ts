/** Which deployments find what another one has made: those of one account, and no other. */
import { catalogOf } from '../../catalog/testing/catalog-of.js';
import { anthropic } from '../../core/providers/anthropic/index.js';
import { openai } from '../../core/providers/openai/index.js';
import type { Deployment } from '../../core/spec/index.js';
import { plainParameters } from '../../core/spec/parameters.js';
import { madeUpDeployment } from '../../core/testing/deployments.js';
import type { StoredResponse } from '../../objects/responses/stored-response.js';
import { findMaker, keepsResponses, sameAccount } from './response-keepers.js';

const deployment = (id: string, more: Partial<Deployment> = {}): Deployment =>
  madeUpDeployment({ id, provider: openai, ...more });

it('a provider keeps responses that speaks the API itself and is asked', () => {
  const made = [deployment('1'), deployment('2', { mockResponse: 'x' }), deployment('3', { provider: anthropic })];
  expect(made.map(keepsResponses)).toEqual([true, false, false]);
});

it.each<[string, Partial<Deployment>, boolean]>([
  ['another model', { model: 'other' }, true],
  ['another key', { credentials: { apiKey: 'sk-other' } }, false],
  ['another address', { endpoint: { origin: 'https://other.test', basePath: '/v1' } }, false],
  ['another provider', { provider: anthropic }, false],
  ['another project', { parameters: { ...plainParameters, provider: { project: 'p' } } }, false],
  ['another header', { parameters: { ...plainParameters, extraHeaders: { 'openai-project': 'p' } } }, false],
])('%s of the same account: %s', (_what, more, same) => {
  expect(sameAccount(deployment('1'), deployment('2', more))).toBe(same);
  expect(sameAccount(deployment('1'), deployment('1', more))).toBe(true);
});

it('finds the deployment of a pattern with the name that was asked, and none that is gone', () => {
  const { catalog } = catalogOf(
    'model_list: [{model_name: "gpt-*", litellm_params: {model: "openai/gpt-*"}, model_info: {id: wide}}]',
  );
  const response = (deploymentId: string, modelGroup: string) => ({ deploymentId, modelGroup }) as StoredResponse;
  expect(findMaker(catalog, response('wide', 'gpt-5'))?.model).toBe('gpt-5');
  expect(findMaker(catalog, response('wide', 'renamed'))?.id).toBe('wide');
  expect(findMaker(catalog, response('gone', 'gpt-5'))).toBeNull();
});
