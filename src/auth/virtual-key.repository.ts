/** Reads virtual keys by their hash. */
import { Injectable } from '@nestjs/common';
import { DatabaseService } from '../database/database.service.js';

export interface VirtualKeyRecord {
  readonly token: string;
  readonly keyAlias: string | null;
  readonly models: readonly string[];
  /** `metadata.tags`. */
  readonly tags: readonly string[];
  readonly expiresAtMs: number | null;
  readonly blocked: boolean;
  readonly userId: string | null;
  readonly teamId: string | null;
}

/** The feed topic of a created, changed or deleted key; its key is the token. */
export const keyTopic = 'key';

/** A known key is served without the database; an unknown one is told to come back. Neither is to wait for long. */
const longestLookUpMs = 2_000;

@Injectable()
export class VirtualKeyRepository {
  constructor(private readonly database: DatabaseService) {}

  /** @throws GatewayError `database_unavailable` */
  async find(token: string): Promise<VirtualKeyRecord | null> {
    const row = await this.database.run(
      (client) => client.virtualKey.findUnique({ where: { token } }),
      longestLookUpMs,
    );
    if (!row) return null;
    const { keyAlias, models, expires, blocked, userId, teamId, metadata } = row;
    return {
      token,
      keyAlias,
      models: namesOf(models),
      tags: namesOf((metadata as { tags?: unknown } | null)?.tags),
      expiresAtMs: expires?.getTime() ?? null,
      blocked,
      userId,
      teamId,
    };
  }
}

function namesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
