/** The bodies of a team's callbacks. */
import { z } from 'zod';
import { closedBody } from '../wire/closed-body.js';

/** Variables that hold credentials; they are sealed, and no answer shows them. */
export const secretVariables = [
  'langfuse_secret',
  'langfuse_secret_key',
  'gcs_path_service_account',
  'langsmith_api_key',
  'humanloop_api_key',
  'arize_api_key',
  'posthog_api_key',
  'wandb_api_key',
  'dd_api_key',
  'newrelic_api_key',
  'signoz_ingestion_key',
] as const;

export const plainVariables = [
  'langfuse_public_key',
  'langfuse_host',
  'langfuse_environment',
  'langfuse_span_scope',
  'langfuse_prompt_version',
  'gcs_bucket_name',
  'langsmith_project',
  'langsmith_base_url',
  'langsmith_sampling_rate',
  'langsmith_tenant_id',
  'arize_space_key',
  'arize_space_id',
  'arize_success_sampling_rate',
  'arize_error_sampling_rate',
  'arize_otlp_protocol',
  'posthog_api_url',
  'weave_project_id',
  'dd_site',
  'dd_agent_host',
  'dd_agent_port',
  'newrelic_region',
  'signoz_ingestion_endpoint',
  'turn_off_message_logging',
] as const;

const known = z.enum([...plainVariables, ...secretVariables]);

export const callbackName = z.string().regex(/^[a-z0-9_-]{1,64}$/, 'expected a name such as langfuse');

export const callbackSchema = closedBody('a callback', {
  callback_name: callbackName,
  callback_type: z.enum(['success', 'failure', 'success_and_failure']).nullish(),
  callback_vars: z.partialRecord(
    known,
    z
      .string()
      .min(1)
      .max(8_192)
      .regex(/^(?:[^\p{Cc}]|[\t\n\r])*$/u, 'expected text'),
  ),
});
export type CallbackBody = z.output<typeof callbackSchema>;
