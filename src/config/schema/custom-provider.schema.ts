/** A provider of the user's own that speaks OpenAI's dialect: the facts that a row of the catalog has, in YAML. */
import { z } from 'zod';
import { flag, text, textList } from './fields.js';

/** The endpoints that such a provider may serve, by the paths that clients know them by. */
export const customEndpoints = [
  '/v1/chat/completions',
  '/v1/embeddings',
  '/v1/rerank',
  '/v1/images/generations',
  '/v1/audio/transcriptions',
  '/v1/audio/speech',
  '/v1/moderations',
  '/v1/batches',
] as const;

const names = z.union([text().transform((name) => [name]), textList()]);

export const customProviderSchema = z.strictObject({
  base_url: z.url({ protocol: /^https?$/, error: 'expected an address such as `https://api.acme.example/v1`' }),
  display_name: text().optional(),
  api_key_env: names.default([]),
  api_base_env: names.default([]),
  needs_api_key: flag().optional(),
  key_header: z.strictObject({ name: text(), prefix: z.string().default('') }).optional(),
  headers: z.record(z.string(), text()).default({}),
  supported_endpoints: z
    .array(
      z.enum(customEndpoints, { error: `expected one of ${customEndpoints.map((path) => `\`${path}\``).join(', ')}` }),
    )
    .default(['/v1/chat/completions']),
  param_mappings: z.record(z.string(), text()).default({}),
  unsupported_params: textList().default([]),
  stream_usage: flag().default(true),
  quirks: textList().default([]),
});

export type WireCustomProvider = z.output<typeof customProviderSchema>;
