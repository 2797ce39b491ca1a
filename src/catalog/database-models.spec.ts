import type { ConfigModelRow } from './config-model-source.js';
import { catalogOf } from './testing/catalog-of.js';

const row = (
  id: string,
  litellmParams: unknown,
  modelInfo: unknown = {},
  modelName = `from-${id}`,
): ConfigModelRow => ({
  id,
  modelName,
  litellmParams,
  modelInfo,
});

describe('models of the database', () => {
  it('are served beside those of the file, under the egress policy for foreign addresses', () => {
    const { catalog, problems } = catalogOf(
      'model_list: [{model_name: m, litellm_params: {model: gpt-4o}}]',
      { OPENAI_API_KEY: 'sk-env' },
      [row('r1', { model: 'groq/llama', api_key: 'k', input_cost_per_token: 2.5e-6 }, { mode: 'chat' }, 'm')],
    );
    expect(problems).toEqual([]);
    expect(catalog.find('m')?.deployments).toMatchObject([
      { egress: 'operator' },
      { egress: 'restricted', id: 'r1', prices: { inputPerToken: '0.0000025' }, modelInfo: { mode: 'chat' } },
    ]);
  });

  it('never send a key of the environment to an address that stands in a row', () => {
    const { catalog, problems } = catalogOf('', { OPENAI_API_KEY: 'sk-env' }, [
      row('thief', { model: 'openai/x', api_base: 'https://attacker.example/v1' }),
      row('fine', { model: 'openai/x' }),
    ]);
    expect(catalog.find('from-thief')).toBeNull();
    expect(problems).toEqual([
      'database row thief of config_models: warning: inactive: there is no key for `openai`. Set `api_key`. The row is skipped.',
    ]);
    expect(catalog.find('from-fine')?.deployments[0]?.credentials.apiKey).toBe('sk-env');
  });

  it.each([
    [
      'a reference to the environment',
      { model: 'openai/x', api_key: 'os.environ/OPENAI_API_KEY' },
      'not resolved here',
    ],
    ['a nested reference', { model: 'openai/x', extra_body: { a: ['os.environ/HOME'] } }, 'not resolved here'],
    ['a wrong type', { model: 'openai/x', timeout: 'soon' }, 'timeout: expected a number'],
    ['no parameters', null, 'litellm_params: is missing'],
    ['a provider that does not exist', { model: 'opnai/x' }, 'Did you mean `openai`?'],
    ['a limit that is not served', { model: 'openai/x', guardrails: ['g'] }, 'content would pass'],
  ])('with %s are skipped with one warning that names the row', (_, params, reason) => {
    const { catalog, problems } = catalogOf('', { OPENAI_API_KEY: 'k' }, [
      row('bad', params),
      row('good', { model: 'gpt-4o' }),
    ]);
    expect(catalog.find('from-bad')).toBeNull();
    expect(catalog.find('from-good')).not.toBeNull();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^database row bad of config_models: .*warning: /);
    expect(problems[0]).toContain(reason);
  });

  it('give way to an entry of the file with the same id', () => {
    const yaml = 'model_list: [{model_name: m, litellm_params: {model: gpt-4o}, model_info: {id: one}}]';
    const { catalog, problems } = catalogOf(yaml, { OPENAI_API_KEY: 'k' }, [row('one', { model: 'gpt-4o' })]);
    expect(catalog.find('from-one')).toBeNull();
    expect(problems).toEqual([
      'database row one of config_models: warning: skipped: an entry of the configuration file has the same id.',
    ]);
  });
});
