/** The wire shapes of the credential routes, spelled as LiteLLM's clients send and read them. */
import { z } from 'zod';
import { closedBody } from '../wire/closed-body.js';

const name = z.string().min(1).max(256);
const members = z.record(z.string().min(1).max(256), z.unknown());

export const newCredentialSchema = closedBody('a credential', {
  credential_name: name.describe('What model entries call it: `litellm_credential_name`.'),
  credential_values: members.nullish().describe('`api_key`, `api_base`, `api_version`, `aws_region_name`, ...'),
  credential_info: members.nullish().describe('Facts about it that are no secret.'),
  display_name: z.string().min(1).max(255).nullish(),
}).refine(({ credential_values: values }) => values != null && Object.keys(values).length > 0, {
  path: ['credential_values'],
  message: 'is needed, with at least one value',
});
export type NewCredentialBody = z.output<typeof newCredentialSchema>;

export const updateCredentialSchema = closedBody('a credential', {
  credential_name: name.nullish().describe('The same as in the path; a credential keeps its name.'),
  credential_values: members.nullish().describe('What changes; null takes a value away.'),
  credential_values_to_delete: z.array(name).max(100).nullish(),
  credential_info: members.nullish().describe('What changes; null takes a member away.'),
  display_name: z.string().max(255).nullish(),
});
export type UpdateCredentialBody = z.output<typeof updateCredentialSchema>;

export const credentialSchema = z.object({
  credential_name: z.string(),
  display_name: z.string().nullable(),
  credential_values: z.record(z.string(), z.unknown()).describe('Secrets are masked.'),
  credential_info: z.record(z.string(), z.unknown()),
  source: z.enum(['config', 'db']).describe('`config`: it stands in the configuration file and is changed there.'),
});
export type ShownCredential = z.output<typeof credentialSchema>;

const whole = (initial: number, most: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, `expected a whole number from 1 to ${most}`)
    .transform(Number)
    .refine((number) => number <= most, `expected at most ${most}`)
    .optional()
    .transform((number) => number ?? initial);

/** LiteLLM's clients ask for no page: the first one has room for all that they are likely to have. */
export const credentialsQuerySchema = z.object({ page: whole(1, 1_000_000), size: whole(500, 500) });
export type CredentialsQuery = z.output<typeof credentialsQuerySchema>;

export const credentialsSchema = z.object({
  success: z.literal(true),
  credentials: z.array(credentialSchema),
  total_count: z.number().int(),
  current_page: z.number().int(),
  total_pages: z.number().int(),
});
export type ShownCredentials = z.output<typeof credentialsSchema>;

export const doneSchema = z.object({ success: z.literal(true), message: z.string() });
export type Done = z.output<typeof doneSchema>;
