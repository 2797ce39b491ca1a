/** The wire shapes of the guardrail routes, spelled as LiteLLM's clients send and read them. */
import { z } from 'zod';
import { closedBody } from '../wire/closed-body.js';

const name = z.string().min(1).max(256).describe('What requests, keys and teams call it.');
const id = z.string().min(1).max(256);
const members = z.record(z.string().min(1).max(256), z.unknown());
const params = members.describe(
  'As `litellm_params` of an entry of `guardrails` in the configuration file; references such as `os.environ/NAME` and files are not taken here.',
);
const info = members.describe('Facts about it that are no secret.');

/** What clients send back of what they were shown; the gateway decides on it alone. */
const shownAgain = {
  guardrail_id: id.nullish().describe('Where it is given, the one in the path.'),
  created_at: z.string().nullish().describe('Not read.'),
  updated_at: z.string().nullish().describe('Not read.'),
  guardrail_definition_location: z.literal('db').nullish(),
};

const wholeGuardrail = closedBody('a guardrail', {
  guardrail_name: name,
  litellm_params: params,
  guardrail_info: info.nullish(),
  ...shownAgain,
});

export const wholeGuardrailSchema = closedBody('this request', { guardrail: wholeGuardrail });
export type WholeGuardrailBody = z.output<typeof wholeGuardrailSchema>;

export const patchGuardrailSchema = closedBody('a guardrail', {
  guardrail_name: name.nullish(),
  litellm_params: params.nullish().describe('What changes; null takes a parameter away.'),
  guardrail_info: info.nullish().describe('What changes; null takes a member away.'),
});
export type PatchGuardrailBody = z.output<typeof patchGuardrailSchema>;

export const guardrailSchema = z.object({
  guardrail_id: z.string(),
  guardrail_name: z.string(),
  litellm_params: z.record(z.string(), z.unknown()).describe('Secrets are masked.'),
  guardrail_info: z.record(z.string(), z.unknown()),
  guardrail_definition_location: z
    .enum(['config', 'db'])
    .describe('`config`: it stands in the configuration file and is changed there.'),
  created_at: z.iso.datetime().nullable(),
  updated_at: z.iso.datetime().nullable(),
});
export type ShownGuardrail = z.output<typeof guardrailSchema>;

export const guardrailsSchema = z.object({ guardrails: z.array(guardrailSchema) });
export type ShownGuardrails = z.output<typeof guardrailsSchema>;

export const deletedGuardrailSchema = z.object({ message: z.string(), guardrail_id: z.string() });
export type DeletedGuardrail = z.output<typeof deletedGuardrailSchema>;
