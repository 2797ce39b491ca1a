import { whyFileOnly } from './file-only-settings.js';

it.each([
  ['general_settings', 'health_check_interval'],
  ['router_settings', 'fallbacks'],
  ['router_settings', 'routing_strategy'],
  ['litellm_settings', 'drop_params'],
] as const)('%s.%s may be changed', (section, name) => {
  expect(whyFileOnly(section, name)).toBeNull();
});

it.each([
  ['general_settings', 'master_key', "the operator's own"],
  ['general_settings', 'egress', "the operator's own"],
  ['general_settings', 'journal_dir', "the operator's own"],
  ['general_settings', 'database_url', "the operator's own"],
  ['general_settings', 'alert_to_webhook_url', "the operator's own"],
  ['litellm_settings', 'custom_providers', "the operator's own"],
  ['router_settings', 'redis_password', "the operator's own"],
  ['general_settings', 'store_model_in_db', 'is read at start'],
  ['litellm_settings', 'success_callback', 'not served by this version'],
  ['router_settings', 'num_retrys', 'Did you mean `num_retries`?'],
  ['general_settings', '__proto__', 'is no setting'],
] as const)('%s.%s may not: %s', (section, name, reason) => {
  expect(whyFileOnly(section, name)).toContain(reason);
});
