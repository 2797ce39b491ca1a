/** Makes, shows and deletes virtual keys. */
import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service.js';
import { keyHash } from '../../auth/key-hash.js';
import type { Principal } from '../../auth/principal.js';
import { CLOCK } from '../../config/ports.js';
import type { Clock } from '../../core/spec/clock.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { usdFromNanos } from '../../core/pricing/money.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import type { Prisma } from '../../database/generated/sqlite/client.js';
import { addDuration } from './duration.js';
import { keyRow, type DeleteKeysBody, type GenerateKeyBody } from './key.dto.js';
import { KeyRepository } from './key.repository.js';

/** A key's hash, where a caller gives that instead of the key. */
const hashPattern = /^[0-9a-f]{64}$/;
/** 256 bits: no guess, and no need for a slow hash. */
const keyBytes = 32;

@Injectable()
export class KeysService {
  constructor(
    private readonly keys: KeyRepository,
    private readonly auth: AuthService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The new key with its row: the only answer that ever holds the key itself. */
  async generate(body: GenerateKeyBody, actor: Principal): Promise<Record<string, unknown>> {
    const now = new Date(this.clock.now());
    const key = body.key ?? `sk-${randomBytes(keyBytes).toString('base64url')}`;
    const token = keyHash(key);
    const by = actor.userId ?? actor.keyHash;
    const row = await this.create({
      token,
      keyName: `sk-...${key.slice(-4)}`,
      keyAlias: body.key_alias ?? null,
      models: body.models ?? [],
      expires: expiryOf(body.duration, now),
      blocked: body.blocked ?? false,
      metadata: { ...body.metadata, ...(body.tags && { tags: body.tags }) },
      userId: body.user_id ?? null,
      teamId: body.team_id ?? null,
      createdAt: now,
      createdBy: by,
      updatedAt: now,
      updatedBy: by,
    });
    this.auth.forgetKey(token);
    return { key, token, token_id: token, ...keyRow(row, now.getTime()), spend: 0 };
  }

  /** Another key than the caller's own is shown to admins alone. */
  async info(asked: string | undefined, actor: Principal): Promise<Record<string, unknown>> {
    const token = asked === undefined ? actor.keyHash : tokenOf(asked);
    if (token !== actor.keyHash && actor.role !== 'proxy_admin') {
      throw new GatewayError('forbidden', { facts: { reason: 'You are not allowed to access this key.' } });
    }
    const row = await this.keys.find(token);
    if (!row)
      throw new GatewayError('object_not_found', { param: 'key', facts: { reason: 'Key not found in database' } });
    const spend = usdFromNanos(await this.keys.spentNanos(token));
    return { key: asked ?? row.keyName, info: { ...keyRow(row, this.clock.now()), spend } };
  }

  /** All of them or none: a list with a key that does not exist changes nothing. */
  async delete(body: DeleteKeysBody): Promise<{ deleted_keys: readonly string[] }> {
    const keys = body.keys ?? [];
    const aliases = body.key_aliases ?? [];
    const tokens = [...new Set(keys.map(tokenOf))];
    const rows = [...(await this.keys.findByTokens(tokens)), ...(await this.keys.findByAliases(aliases))];
    const found = new Set(rows.map((row) => row.token));
    const missing =
      tokens.filter((token) => !found.has(token)).length +
      aliases.filter((alias) => !rows.some((row) => row.keyAlias === alias)).length;
    if (missing > 0) {
      const reason = `${missing} of the given keys do not exist. Nothing was deleted.`;
      throw new GatewayError('object_not_found', { param: body.keys ? 'keys' : 'key_aliases', facts: { reason } });
    }
    await this.keys.delete([...found]);
    for (const token of found) this.auth.forgetKey(token);
    return { deleted_keys: [...keys, ...aliases] };
  }

  private async create(data: Prisma.VirtualKeyCreateInput): ReturnType<KeyRepository['create']> {
    try {
      return await this.keys.create(data);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const reason = 'A key with this key_alias, or this very key, exists already. Choose another one.';
      throw new GatewayError('conflict', { param: 'key_alias', facts: { reason }, cause: error });
    }
  }
}

/** Both forms that LiteLLM takes: the key itself, or its hash. */
function tokenOf(keyOrHash: string): string {
  return hashPattern.test(keyOrHash) ? keyOrHash : keyHash(keyOrHash);
}

function expiryOf(duration: string | null | undefined, now: Date): Date | null {
  if (duration === null || duration === undefined) return null;
  const expiry = addDuration(now, duration);
  if (expiry) return expiry;
  const reason = '`duration` must be a whole number with a unit: 30s, 30m, 30h, 30d, 2w or 1mo.';
  throw new GatewayError('invalid_request', { param: 'duration', facts: { reason } });
}
