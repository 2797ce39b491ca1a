/** What a guardrail of Amazon Bedrock is configured with, by LiteLLM's names. */
// https://docs.litellm.ai/docs/proxy/guardrails/bedrock
import { z } from 'zod';
import { apiBase, apiKey } from '../service.js';

const text = z.string().min(1).optional();

export const bedrockParameters = z.object({
  guardrailIdentifier: z
    .string()
    .regex(
      /^([a-z0-9]+|arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail\/[a-z0-9]+)$/,
      'is neither the id nor the ARN of a guardrail. Copy it from the console of Bedrock.',
    ),
  /** YAML makes a number of `1`. */
  guardrailVersion: z
    .union([z.string(), z.number()])
    .transform(String)
    .pipe(z.string().regex(/^([1-9][0-9]{0,7}|DRAFT)$/, 'is no version. Write its number, or `DRAFT`.')),
  aws_region_name: text,
  /** What the guardrail anonymizes is masked; `false`: it is refused. */
  mask_request_content: z.boolean().default(true),
  mask_response_content: z.boolean().default(true),
  /** In place of the address that follows from the region. */
  aws_bedrock_runtime_endpoint: apiBase.optional(),
  api_base: apiBase.optional(),
  /** A Bedrock API key, in place of a signature. */
  api_key: apiKey.optional(),
  aws_access_key_id: text,
  aws_secret_access_key: text,
  aws_session_token: text,
  aws_role_name: text,
  aws_session_name: text,
  aws_external_id: text,
  aws_profile_name: text,
  aws_web_identity_token: text,
  aws_sts_endpoint: text,
});

export type BedrockParameters = z.output<typeof bedrockParameters>;
