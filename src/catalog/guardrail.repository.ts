/** Reads the guardrails that were added through the management API from the database, and opens their parameters. */
import { Injectable } from '@nestjs/common';
import type { Guardrail } from '../database/database-client.js';
import { DatabaseService } from '../database/database.service.js';
import { sealedPlaces } from '../vault/sealed-place.js';
import { Vault } from '../vault/vault.service.js';
import type { StoredGuardrail } from './config-model-source.js';
import { openJson } from './open-json.js';

@Injectable()
export class StoredGuardrailRepository {
  constructor(
    private readonly database: DatabaseService,
    private readonly vault: Vault,
  ) {}

  /** Oldest first. Throws GatewayError `database_unavailable`. */
  async list(): Promise<readonly StoredGuardrail[]> {
    const rows = await this.database.run((client) =>
      client.guardrail.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }),
    );
    return rows.map((row) => openedGuardrail(this.vault, row));
  }
}

/** What cannot be opened keeps the parameters that are no secret: they say whom it protects, and when. */
export function openedGuardrail(vault: Vault, { id, name, params, sealedParams, info }: Guardrail): StoredGuardrail {
  if (sealedParams === null) return { id, name, params, info };
  const { value, fault } = openJson(vault, sealedPlaces.guardrailParams(id), sealedParams);
  return fault === undefined ? { id, name, params: value, info } : { id, name, params, info, fault };
}
