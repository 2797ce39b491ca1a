/** The bodies of the key routes, spelled as LiteLLM's clients send them. */
import { z } from 'zod';
import { temporaryIncreaseFields, usd } from '../limit-fields/limit-fields.js';
import { customKey, duration, keyFields, keyOrHash, name, notAField } from './key-fields.js';

const generation = z.object({
  ...keyFields,
  key: customKey.nullish().describe('The value itself; without it one is made.'),
});
export type GenerateKeyBody = z.output<typeof generation>;
export const generateKeySchema: z.ZodType<GenerateKeyBody> = generation.catchall(notAField);

const changes = { ...keyFields, ...temporaryIncreaseFields } as const;

/** Absent fields stay as they are. */
const update = z.object({
  ...changes,
  key: keyOrHash.nullish().describe('The key or its hash; without it `key_alias` says which one.'),
});
export type UpdateKeyBody = z.output<typeof update>;
export const updateKeySchema: z.ZodType<UpdateKeyBody> = update
  .catchall(notAField)
  .refine(({ key, key_alias }) => key != null || key_alias != null, {
    path: ['key'],
    message: 'say which key: give `key` or `key_alias`',
  });

/** As many as LiteLLM takes. */
const mostUpdates = 500;

export const bulkUpdateKeysSchema = z.strictObject({ keys: z.array(updateKeySchema).min(1).max(mostUpdates) });
export type BulkUpdateKeysBody = z.output<typeof bulkUpdateKeysSchema>;

const regeneration = z.object({
  ...changes,
  key: keyOrHash.nullish().describe('The key or its hash; without it the one that the request came with.'),
  new_key: customKey.nullish().describe('The new value; without it one is made.'),
  grace_period: z
    .union([duration, z.literal('')])
    .nullish()
    .describe('How long the old value goes on working, such as `24h`.'),
  new_master_key: z.null({ error: 'is no virtual key: the master key is changed where it is configured' }).optional(),
});
export type RegenerateKeyBody = z.output<typeof regeneration>;
export const regenerateKeySchema: z.ZodType<RegenerateKeyBody> = regeneration.catchall(notAField);

/** Of both kinds together. */
const names = z.array(keyOrHash).max(1_000).nullish();
const namedKeys = { keys: names.describe('Keys or their hashes.'), key_aliases: z.array(name).max(1_000).nullish() };
const namesAny = ({
  keys,
  key_aliases,
}: {
  keys?: unknown[] | null | undefined;
  key_aliases?: unknown[] | null | undefined;
}): boolean => (keys?.length ?? 0) + (key_aliases?.length ?? 0) > 0;
const nameSome = { message: 'Give `keys` or `key_aliases`, a non-empty list.' };

export const deleteKeysSchema = z.object(namedKeys).refine(namesAny, nameSome);
export type DeleteKeysBody = z.output<typeof deleteKeysSchema>;

export const keysInfoSchema = z.object(namedKeys).refine(namesAny, nameSome);
export type KeysInfoBody = z.output<typeof keysInfoSchema>;

export const oneKeySchema = z.object({ key: keyOrHash });
export type OneKeyBody = z.output<typeof oneKeySchema>;

export const resetSpendSchema = z.strictObject({ reset_to: usd });
export type ResetSpendBody = z.output<typeof resetSpendSchema>;
