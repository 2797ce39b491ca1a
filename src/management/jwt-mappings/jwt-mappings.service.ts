/** Says which virtual key a claim of a token stands for. */
import { Injectable } from '@nestjs/common';
import { everyIssuer } from '../../auth/authenticators/external/key-mapping.js';
import { keyHash } from '../../auth/key-hash.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites, type ManagementWrite } from '../writes/management-writes.service.js';
import {
  mappingView,
  type MappingAnswer,
  type MappingListQuery,
  type NewMappingBody,
  type UpdateMappingBody,
} from './jwt-mapping.dto.js';
import { JwtMappingRepository, type MappingChanges } from './jwt-mapping.repository.js';

@Injectable()
export class JwtMappingsService {
  constructor(
    private readonly mappings: JwtMappingRepository,
    private readonly writes: ManagementWrites,
  ) {}

  create(body: NewMappingBody, actor: Actor): Promise<MappingAnswer> {
    return this.#write(actor, async (write) => {
      const fields = {
        issuer: body.jwt_issuer ?? everyIssuer,
        claimName: body.jwt_claim_name,
        claimValue: body.jwt_claim_value,
        token: await existingKey(write, tokenOf(body) ?? ''),
        description: body.description ?? null,
      };
      return this.mappings.create(write, fields, actor.name);
    });
  }

  update(body: UpdateMappingBody, actor: Actor): Promise<MappingAnswer> {
    return this.#write(actor, async (write) => {
      const token = tokenOf(body);
      const changes: MappingChanges = {
        ...(token !== undefined && { token: await existingKey(write, token) }),
        ...(body.jwt_issuer !== undefined && { issuer: body.jwt_issuer ?? everyIssuer }),
        ...(body.description !== undefined && { description: body.description }),
        ...(typeof body.is_active === 'boolean' && { active: body.is_active }),
      };
      return (await this.mappings.update(write, body.id, changes, actor.name)) ?? missing();
    });
  }

  async delete(id: string, actor: Actor): Promise<{ readonly status: string }> {
    await this.#write(actor, async (write) => (await this.mappings.delete(write, id)) ?? missing());
    return { status: 'success' };
  }

  async info(id: string): Promise<MappingAnswer> {
    return mappingView((await this.mappings.find(id)) ?? missing());
  }

  async list({ page, size }: MappingListQuery): Promise<object> {
    const { rows, total } = await this.mappings.page(page, size);
    return {
      mappings: rows.map(mappingView),
      total_count: total,
      current_page: page,
      total_pages: Math.ceil(total / size),
    };
  }

  async #write(
    actor: Actor,
    work: (write: ManagementWrite) => Promise<Parameters<typeof mappingView>[0]>,
  ): Promise<MappingAnswer> {
    try {
      return mappingView(await this.writes.run(actor, work));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const reason = 'There is a mapping for this claim and this issuer already. Change it by /jwt/key/mapping/update.';
      throw new GatewayError('conflict', { param: 'jwt_claim_value', facts: { reason }, cause: error });
    }
  }
}

function tokenOf({ key, token }: Pick<NewMappingBody, 'key' | 'token'>): string | undefined {
  return token ?? (key == null ? undefined : keyHash(key));
}

/** A mapping to nothing would keep its bearers out. */
async function existingKey({ tx }: ManagementWrite, token: string): Promise<string> {
  if (await tx.virtualKey.findUnique({ where: { token }, select: { token: true } })) return token;
  const reason = 'The key does not match an existing virtual key.';
  throw new GatewayError('invalid_request', { param: 'key', facts: { reason } });
}

function missing(): never {
  const reason = 'There is no mapping with this id. /jwt/key/mapping/list shows all of them.';
  throw new GatewayError('object_not_found', { param: 'id', facts: { reason } });
}
