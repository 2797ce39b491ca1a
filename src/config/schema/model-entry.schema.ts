/** The schema of one `model_list` entry. */
import { z } from 'zod';
import { budgetDuration } from './budgets.schema.js';
import { byFailure } from './routing.schema.js';
import { amount, anyMap, described, flag, positive, price, text, textList, wholeNumber } from './fields.js';

const inputPrice = 'USD for one input token, instead of the price table. Read exactly as written.';

/** Settings of a deployment. Every other key is a default request parameter, or a setting of the provider. */
export const litellmParamsSchema = z.looseObject({
  model: described(text(), {
    description:
      'Provider and model: `openai/gpt-4o`. Without a provider it is an OpenAI model. With `*` the client names the model.',
    example: 'openai/gpt-4o',
  }),
  custom_llm_provider: described(text().optional(), {
    description: 'The provider, where `model` does not name it.',
    example: 'openai',
  }),
  api_key: described(text().optional(), {
    description:
      "The provider's key. Without it, the provider's own environment variable is used. An `os.environ/` reference whose variable is not set makes the entry inactive, with a warning.",
    example: 'os.environ/OPENAI_API_KEY',
  }),
  litellm_credential_name: described(text().optional(), {
    description:
      'The credential, of `credential_list` or of the database, that gives what the entry does not say itself: `api_key`, `api_base`, ... Without such a credential the entry is inactive.',
    example: 'openai-production',
  }),
  api_base: described(text().optional(), {
    description: "The provider's address with the API's path.",
    example: 'https://api.openai.com/v1',
  }),
  base_url: described(text().optional(), {
    description: 'The same as `api_base`.',
    example: 'http://127.0.0.1:8000/v1',
  }),
  organization: described(text().optional(), { description: 'Sent as `OpenAI-Organization`.', example: 'org-123' }),
  api_version: described(text().optional(), { description: 'The API version, for Azure.', example: '2024-10-21' }),
  timeout: described(positive().optional(), { description: 'Seconds for a whole request.', example: 600 }),
  stream_timeout: described(positive().optional(), {
    description: 'Seconds until the first byte of a stream, and between its chunks.',
    example: 30,
  }),
  max_retries: described(wholeNumber().optional(), {
    description: 'Attempts after the first on this deployment, instead of `num_retries`.',
    example: 2,
  }),
  num_retries: described(wholeNumber().optional(), { description: 'The same as `max_retries`.', example: 2 }),
  max_budget: described(amount().optional(), {
    description: 'USD that this deployment may spend in one `budget_duration`. Beyond it others are asked.',
    example: 50,
  }),
  budget_duration: described(budgetDuration().optional(), {
    description: 'When the spend of `max_budget` starts anew.',
    example: '1d',
  }),
  weight: described(amount().optional(), {
    description: 'Share of the requests among the deployments of one `model_name`.',
    example: 2,
  }),
  rpm: described(amount().optional(), {
    description: 'Requests a minute; a weight where no `weight` is set.',
    example: 600,
  }),
  tpm: described(amount().optional(), {
    description: 'Tokens a minute; a weight where neither `weight` nor `rpm` is set.',
    example: 100000,
  }),
  order: described(wholeNumber().optional(), {
    description: 'Deployments with the lowest number go first; the next ones are used where none of those can be.',
    example: 1,
  }),
  tags: described(textList().optional(), {
    description:
      'Which requests it serves where `router_settings.enable_tag_filtering` is set; `default` for those without tags.',
    example: ['paid'],
  }),
  max_parallel_requests: described(wholeNumber(1).optional(), {
    description: 'Requests at once; further ones wait for a place.',
    example: 100,
  }),
  cooldown_time: described(positive().optional(), {
    description:
      'Seconds for which it is left alone once it has failed too often, over `router_settings.cooldown_time`.',
    example: 30,
  }),
  first_token_timeout: described(positive().optional(), {
    description: 'Seconds until the first token of a stream; then another deployment is asked.',
    example: 20,
  }),
  drop_params: described(flag().optional(), {
    description: 'Drop unsupported request parameters instead of refusing, over `litellm_settings.drop_params`.',
    example: true,
  }),
  additional_drop_params: described(textList().optional(), {
    description: 'Request parameters that are always taken out; nested ones as `a.b`.',
    example: ['user'],
  }),
  allowed_openai_params: described(textList().optional(), {
    description: "Request parameters that are passed on although the provider's list does not have them.",
    example: ['tools'],
  }),
  modify_params: described(flag().optional(), {
    description: 'Messages that the provider would refuse may be repaired, over `litellm_settings.modify_params`.',
    example: true,
  }),
  extra_headers: described(z.record(z.string(), text()).optional(), {
    description: 'Headers sent with every request.',
    example: { 'x-team': 'search' },
  }),
  extra_body: described(anyMap().optional(), {
    description: 'Merged into the body of every request, last.',
    example: { custom_flag: true },
  }),
  mock_response: described(text().optional(), {
    description: 'The gateway answers with this text itself; the provider is not called.',
    example: 'This is a mock.',
  }),
  configurable_clientside_auth_params: described(textList().optional(), {
    description: 'Addresses and credentials that a request may set in its body; all others are refused.',
    example: ['api_key'],
  }),
  use_in_pass_through: described(flag().optional(), {
    description:
      "Its address and credentials serve the pass-through routes of its provider, before the environment's. See docs/pass-through.md.",
    example: true,
  }),
  base_model: described(text().optional(), {
    description: 'The name under which the price table knows the model.',
    example: 'azure/gpt-4o',
  }),
  input_cost_per_token: described(price().optional(), { description: inputPrice, example: 0.0000025 }),
  output_cost_per_token: described(price().optional(), { description: 'USD for one output token.', example: 0.00001 }),
  cache_read_input_token_cost: described(price().optional(), {
    description: "USD for one token read from the provider's prompt cache.",
    example: 0.00000125,
  }),
  cache_creation_input_token_cost: described(price().optional(), {
    description:
      "USD for one token written to the provider's prompt cache. The price table's other price keys may be set likewise.",
    example: 0.00000375,
  }),
});

/** Facts about a deployment; every other key is kept as it is and shown by `/model/info`. */
export const modelInfoSchema = z.looseObject({
  id: described(text().optional(), {
    description: "The deployment's id. Without it, a hash of the entry without its secrets.",
    example: 'gpt-4o-east',
  }),
  mode: described(text().optional(), { description: 'What the model does: `chat`, `embedding`, ...', example: 'chat' }),
  base_model: described(text().optional(), {
    description: 'The name under which the price table knows the model.',
    example: 'azure/gpt-4o',
  }),
  max_input_tokens: described(wholeNumber(1).optional(), {
    description: 'The longest prompt in tokens, over the price table; for `router_settings.enable_pre_call_checks`.',
    example: 128000,
  }),
  supports_assistant_prefill: described(flag().optional(), {
    description:
      'True where the model goes on from the beginning of its own answer; for `router_settings.enable_mid_stream_fallback_continuation`.',
    example: true,
  }),
  team_id: described(text().optional(), {
    description:
      'The team that the model belongs to: only its keys see and use it, in place of a model of the same name that is for all.',
    example: 'team-search',
  }),
  access_groups: described(textList().optional(), {
    description: 'Names that keys may list in their `models` in place of this one.',
    example: ['beta-models'],
  }),
  allowed_fails: described(wholeNumber().optional(), {
    description: 'Failures a minute that are put up with, over `router_settings.allowed_fails`.',
    example: 10,
  }),
  allowed_fails_policy: described(byFailure('AllowedFails').optional(), {
    description: 'The same by kind of failure.',
    example: { TimeoutErrorAllowedFails: 5 },
  }),
  max_tokens: described(wholeNumber(1).optional(), { description: "The model's most output tokens.", example: 16384 }),
  health_check_model: described(text().optional(), {
    description: 'The model that health checks ask in place of this one; a pattern is checked with it alone.',
    example: 'openai/gpt-4o-mini',
  }),
  health_check_timeout: described(positive().optional(), {
    description: 'Seconds that a health check may take; 60 without it.',
    example: 10,
  }),
  health_check_max_tokens: described(wholeNumber(1).optional(), {
    description: 'The most tokens that a health check lets the model answer; 16 without it.',
    example: 16,
  }),
  health_check_params: described(anyMap().optional(), {
    description:
      'Members put into the request of a health check. Models whose checks cost much, such as pictures, are checked only where it is set.',
    example: { size: '256x256' },
  }),
  health_check_voice: described(text().optional(), {
    description: 'The voice of a health check of a model that speaks; `alloy` without it.',
    example: 'alloy',
  }),
  disable_background_health_check: described(flag().optional(), {
    description: 'Background health checks leave it out.',
    example: true,
  }),
});

export const modelEntrySchema = z.looseObject({
  model_name: described(text(), {
    description:
      'The name that clients use. Entries with the same name share its requests. A pattern such as `openai/*` or `*` takes every name that fits; the most specific pattern wins.',
    example: 'gpt-4o',
  }),
  litellm_params: described(litellmParamsSchema, { description: 'How the model is reached.' }),
  model_info: described(modelInfoSchema.optional(), { description: 'Facts about the deployment.' }),
});

export type WireModelEntry = z.output<typeof modelEntrySchema>;

/** Keys whose numbers are prices, in `litellm_params` and `model_info`. */
export function isPriceKey(key: string): boolean {
  return /_cost_per_|_token_cost/.test(key);
}
