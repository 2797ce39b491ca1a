import { plainParameters } from '../../spec/parameters.js';
import { watsonx } from './index.js';

describe('where watsonx.ai is', () => {
  it.each([
    [{ region_name: 'eu-de' }, undefined, 'https://eu-de.ml.cloud.ibm.com'],
    [{}, 'https://us-south.ml.cloud.ibm.com/ml/v1', 'https://us-south.ml.cloud.ibm.com'],
    [{ region_name: 'eu-de' }, 'https://cpd.acme.test', 'https://cpd.acme.test'],
    [{ region_name: 'evil.test/x' }, undefined, undefined],
    [{}, undefined, undefined],
  ])('settings %j and the address %s lead to %s', (settings, configured, wanted) => {
    expect(watsonx.locate?.(settings, configured)).toBe(wanted);
  });
});

const call = {
  body: { model: 'ours', messages: [{ role: 'user' as const, content: 'Hi' }] },
  model: 'ibm/granite-3-8b-instruct',
  stream: false,
  endpoint: { origin: 'https://us-south.ml.cloud.ibm.com', basePath: '' },
  created: 0,
  responseId: 'chatcmpl-1',
};

it('refuses a request that runs in no project, and says what to set', () => {
  expect(() => watsonx.chat?.buildRequest({ ...call, parameters: plainParameters })).toThrow('WATSONX_PROJECT_ID');
});

it("uses the version of the API that is configured, and another's address", () => {
  const parameters = { ...plainParameters, provider: { space_id: 's', api_version: '2025-05-01' } };
  const request = watsonx.chat?.buildRequest({ ...call, parameters });
  expect(request?.path).toBe('/ml/v1/text/chat?version=2025-05-01');
  expect(JSON.parse(String(request?.body))).toMatchObject({ space_id: 's' });
});
