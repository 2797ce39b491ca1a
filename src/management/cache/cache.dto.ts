/** The wire shapes of the cache's routes, spelled as LiteLLM's clients send and read them. */
import { z } from 'zod';
import { closedBody } from '../wire/closed-body.js';

const cacheKey = z.string().regex(/^[0-9a-f]{64}$/, 'must be a key as `x-litellm-cache-key` gives it');

export const deleteKeysSchema = closedBody('this request', {
  keys: z.array(cacheKey).min(1).max(1_000).describe('As answers name them: `x-litellm-cache-key`.'),
});
export type DeleteKeysBody = z.output<typeof deleteKeysSchema>;

export const deletedSchema = z.object({
  status: z.literal('success'),
  deleted: z.number().describe('How many of them were there, as far as the store knows.'),
});
export type Deleted = z.output<typeof deletedSchema>;

export const flushedSchema = z.object({ status: z.literal('success') });
export type Flushed = z.output<typeof flushedSchema>;

export const pingSchema = z.object({
  status: z.literal('healthy'),
  cache_type: z.string(),
  ping_response: z.boolean(),
  set_cache_response: z.enum(['success', 'refused']).describe('`refused`: it is full; what is in it is still used.'),
  place: z.string().nullable().describe('What lies behind the memory of each process; null where nothing does.'),
  memory_bytes: z.number(),
  memory_entries: z.number(),
  counts: z
    .record(z.string(), z.number())
    .describe(
      'Of this process since its start: hits, semanticHits, shared, misses, stored, inputsFound, inputsMissing.',
    ),
});
export type Ping = z.output<typeof pingSchema>;

export const redisInfoSchema = z.object({
  num_clients: z.number().nullable(),
  info: z.record(z.string(), z.string()).describe("The members of Redis' INFO; of a cluster its first server's."),
});
export type RedisInfo = z.output<typeof redisInfoSchema>;

export const cacheFieldSchema = z.object({
  field_name: z.string(),
  field_type: z.string(),
  field_description: z.string(),
  field_value: z.unknown().describe('As the configuration file has it; secrets are masked.'),
  field_default: z.unknown(),
  options: z.array(z.string()).nullable(),
});
export const cacheSettingsSchema = z.object({
  is_on: z.boolean(),
  current_values: z.record(z.string(), z.unknown()).describe('As the configuration file has them; secrets are masked.'),
  fields: z.array(cacheFieldSchema),
});
export type CacheField = z.output<typeof cacheFieldSchema>;
export type ShownCacheSettings = z.output<typeof cacheSettingsSchema>;
