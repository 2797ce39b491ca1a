/**
 * The attack: whoever may write a model into the database, or try one out, names a host of their own by a provider's setting
 * instead of `api_base`, and leaves the credentials out. The gateway then signs a request to that host with the machine's own.
 */
import { providerRegistry } from '../core/providers/registry.js';
import { configOf } from './testing/catalog-of.js';
import { buildTrial } from './trial-deployment.js';

const environment = {
  AWS_BEARER_TOKEN_BEDROCK: 'machine-secret',
  AWS_ACCESS_KEY_ID: 'machine-secret',
  AWS_SECRET_ACCESS_KEY: 'machine-secret',
  DATABRICKS_API_KEY: 'machine-secret',
  WATSONX_APIKEY: 'machine-secret',
  WATSONX_API_KEY: 'machine-secret',
  SNOWFLAKE_JWT: 'machine-secret',
};
const config = configOf('model_list: []', environment);

const trial = (params: object) =>
  buildTrial({ model_name: 'trial', litellm_params: params }, config, providerRegistry).deployment;

it.each([
  { model: 'bedrock/anthropic.claude-v2', aws_bedrock_runtime_endpoint: 'https://attacker.example' },
  { model: 'bedrock/anthropic.claude-v2', aws_sts_endpoint: 'https://attacker.example', aws_role_name: 'r' },
  { model: 'sagemaker/e', sagemaker_base_url: 'https://attacker.example' },
  { model: 'databricks/dbrx', databricks_host: 'https://attacker.example' },
  { model: 'watsonx/m', watsonx_cpd_url: 'https://attacker.example', project_id: 'p' },
  { model: 'snowflake/m', account_id: 'attacker' },
])('%j gets nothing of the machine’s', (params) => {
  expect(JSON.stringify(trial(params)?.credentials ?? {})).not.toContain('machine-secret');
});

it('a model at its provider’s own address still does', () => {
  expect(trial({ model: 'bedrock/anthropic.claude-v2' })?.credentials).toMatchObject({ awsAccessKeyId: 'machine-secret' }); // prettier-ignore
});
