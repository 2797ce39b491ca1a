/** The rows that lead from a claim of a token to a virtual key; each change of one is audited and told to all processes. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mappingKey } from '../../auth/authenticators/external/key-mapping.js';
import { jwtMappingTopic } from '../../database/change-topics.js';
import type { JwtKeyMapping } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import type { ManagementWrite } from '../writes/management-writes.service.js';

export type MappingFields = Pick<JwtKeyMapping, 'issuer' | 'claimName' | 'claimValue' | 'token' | 'description'>;
export type MappingChanges = Partial<Pick<JwtKeyMapping, 'issuer' | 'token' | 'description' | 'active'>>;

@Injectable()
export class JwtMappingRepository {
  constructor(private readonly database: DatabaseService) {}

  find(id: string): Promise<JwtKeyMapping | null> {
    return this.database.run((client) => client.jwtKeyMapping.findUnique({ where: { id } }));
  }

  /** The hash of the key that a claim of this very issuer stands for. */
  async findToken(issuer: string, claimName: string, claimValue: string): Promise<string | null> {
    const where = { issuer_claimName_claimValue: { issuer, claimName, claimValue } };
    const row = await this.database.run((client) => client.jwtKeyMapping.findUnique({ where }));
    return row?.token ?? null;
  }

  /** The newest first. */
  page(page: number, size: number): Promise<{ readonly rows: readonly JwtKeyMapping[]; readonly total: number }> {
    return this.database.run(async (client) => ({
      rows: await client.jwtKeyMapping.findMany({
        orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
        skip: (page - 1) * size,
        take: size,
      }),
      total: await client.jwtKeyMapping.count(),
    }));
  }

  async create(write: ManagementWrite, fields: MappingFields, by: string): Promise<JwtKeyMapping> {
    const data = { id: randomUUID(), ...fields, createdBy: by, updatedBy: by };
    const row = await write.tx.jwtKeyMapping.create({ data });
    told(write, 'create', null, row);
    return row;
  }

  /** Null where there is none. */
  async update(write: ManagementWrite, id: string, changes: MappingChanges, by: string): Promise<JwtKeyMapping | null> {
    const before = await write.tx.jwtKeyMapping.findUnique({ where: { id } });
    if (!before) return null;
    const row = await write.tx.jwtKeyMapping.update({ where: { id }, data: { ...changes, updatedBy: by } });
    told(write, 'update', before, row);
    return row;
  }

  async delete(write: ManagementWrite, id: string): Promise<JwtKeyMapping | null> {
    const row = await write.tx.jwtKeyMapping.findUnique({ where: { id } });
    if (!row) return null;
    await write.tx.jwtKeyMapping.deleteMany({ where: { id } });
    told(write, 'delete', row, null);
    return row;
  }
}

function told(
  { audit, changed }: ManagementWrite,
  what: 'create' | 'update' | 'delete',
  before: JwtKeyMapping | null,
  after: JwtKeyMapping | null,
): void {
  const row = after ?? before;
  if (!row) return;
  const objectKind = 'jwt_key_mapping';
  audit({
    action: `${objectKind}.${what}`,
    objectKind,
    objectId: row.id,
    ...(before && { before: shown(before) }),
    ...(after && { after: shown(after) }),
  });
  changed(jwtMappingTopic, mappingKey(row.claimName, row.claimValue));
}

/** The hash says which key it is, and opens nothing. */
function shown({ issuer, claimName, claimValue, token: keyHash, description, active }: JwtKeyMapping): object {
  return { issuer, claim_name: claimName, claim_value: claimValue, key_hash: keyHash, description, is_active: active };
}
