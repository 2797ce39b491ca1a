/** The wire shapes of the mapping routes, spelled as LiteLLM's clients send and read them. */
import { z } from 'zod';
import { everyIssuer } from '../../auth/authenticators/external/key-mapping.js';
import type { JwtKeyMapping } from '../../database/database-client.js';
import { closedBody } from '../wire/closed-body.js';
import { identifier } from '../wire/fields.js';

const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of a virtual key, 64 lower-case hexadecimal digits; or give `key`')
  .describe('The hash of the virtual key, as the key routes show it');
const key = z.string().min(1).max(4_096).describe('The virtual key itself');
const issuer = z.string().min(1).max(1_024).describe('Whose tokens the mapping holds for; all issuers without it');
const description = z.string().max(4_096);

const eitherOr = { path: ['key'], message: 'give `key` or `token`, and not both' };

export const newMappingSchema = closedBody('a mapping', {
  jwt_claim_name: identifier.describe('As `virtual_key_claim_field` names it'),
  jwt_claim_value: identifier,
  key: key.nullish(),
  token: hash.nullish(),
  jwt_issuer: issuer.nullish(),
  description: description.nullish(),
}).refine((body) => (body.key == null) !== (body.token == null), eitherOr);
export type NewMappingBody = z.output<typeof newMappingSchema>;

export const updateMappingSchema = closedBody('a mapping', {
  id: identifier,
  key: key.nullish(),
  token: hash.nullish(),
  jwt_issuer: issuer.nullable().optional(),
  description: description.nullable().optional(),
  is_active: z.boolean().nullish(),
}).refine((body) => body.key == null || body.token == null, eitherOr);
export type UpdateMappingBody = z.output<typeof updateMappingSchema>;

export const deleteMappingSchema = closedBody('this request', { id: identifier });
export const mappingInfoQuerySchema = z.object({ id: identifier });
export const mappingListQuerySchema = z.object({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  size: z.coerce.number().int().min(1).max(100).default(50),
});
export type MappingListQuery = z.output<typeof mappingListQuerySchema>;

/** Without the key's hash, as in LiteLLM. */
export const mappingAnswer = z.object({
  id: z.string(),
  jwt_issuer: z.string().nullable(),
  jwt_claim_name: z.string(),
  jwt_claim_value: z.string(),
  description: z.string().nullable(),
  is_active: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
  created_by: z.string(),
  updated_by: z.string(),
});
export type MappingAnswer = z.output<typeof mappingAnswer>;

export const mappingListAnswer = z.object({
  mappings: z.array(mappingAnswer),
  total_count: z.number(),
  current_page: z.number(),
  total_pages: z.number(),
});

export function mappingView(row: JwtKeyMapping): MappingAnswer {
  return {
    id: row.id,
    jwt_issuer: row.issuer === everyIssuer ? null : row.issuer,
    jwt_claim_name: row.claimName,
    jwt_claim_value: row.claimValue,
    description: row.description,
    is_active: row.active,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    created_by: row.createdBy,
    updated_by: row.updatedBy,
  };
}
