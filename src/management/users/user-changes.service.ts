/** Changes and deletes users, each by what the caller may do with that user. */
import { Inject, Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import { CLOCK } from '../../config/ports.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { nanosFromUsd } from '../../core/pricing/money.js';
import type { Clock } from '../../core/spec/clock.js';
import { limitsTopic, memberTopic, userTopic } from '../../database/change-topics.js';
import type { Prisma } from '../../database/database-client.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import type { LimitPatch } from '../../limits/definitions/owner-limits.js';
import { idOf, memberOwner, ownerOf } from '../../limits/definitions/owner.js';
import { increaseEnd } from '../limit-fields/increase-end.js';
import { isEmptyPatch, limitPatchOf } from '../limit-fields/limit-fields.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites, type ManagementWrite } from '../writes/management-writes.service.js';
import type { UpdatedUser } from './user-answers.js';
import { UserEntities } from './user-entities.service.js';
import { UserKeys } from './user-keys.service.js';
import {
  checkLimitGrant,
  checkModelGrant,
  checkRoleGrant,
  checkUserUpdate,
  foreignUser,
  mayManageUser,
  type Holdings,
} from './user-rules.js';
import type { UpdateUserBody } from './user.dto.js';
import type { KnownUser, UserFields } from './user.repository.js';

/** A change with the password as it is stored: hashing takes longer than a transaction should. */
export interface UserChange {
  readonly body: UpdateUserBody;
  readonly passwordHash: string | undefined;
}

@Injectable()
export class UserChanges {
  constructor(
    private readonly entities: UserEntities,
    private readonly keys: UserKeys,
    private readonly scopes: AccessScopes,
    private readonly writes: ManagementWrites,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws GatewayError `forbidden`, `object_not_found`, or `conflict` for an address that is another one's */
  async update(id: string, change: UserChange, actor: Actor): Promise<UpdatedUser> {
    const scope = await this.scopes.of(actor.principal);
    try {
      return await this.writes.run(actor, (write) => this.#update(write, id, change, scope, actor.name));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const reason = 'Another user has this user_email or sso_user_id.';
      throw new GatewayError('conflict', { param: 'user_email', facts: { reason }, cause: error });
    }
  }

  /** Whether the caller may give this body to this user, before anything costly is done for it. */
  async check(id: string, body: UpdateUserBody, actor: Actor): Promise<KnownUser> {
    const scope = await this.scopes.of(actor.principal);
    const user = known(await this.entities.users.find(id), scope, id);
    checkUserUpdate(scope, user, fieldsAsked(body));
    return user;
  }

  /** All of them or none, each with its keys. */
  async delete(ids: readonly string[], actor: Actor): Promise<number> {
    const scope = await this.scopes.of(actor.principal);
    const wanted = [...new Set(ids)];
    return this.writes.run(actor, async (write) => {
      const users = new Map((await this.entities.users.findMany(wanted, write.tx)).map((user) => [user.id, user]));
      for (const id of wanted) {
        const user = known(users.get(id) ?? null, scope, id);
        if (!mayManageUser(scope, user)) throw foreignUser();
        await this.#delete(write, user, actor.name);
      }
      return wanted.length;
    });
  }

  async #update(
    write: ManagementWrite,
    id: string,
    { body, passwordHash }: UserChange,
    scope: AccessScope,
    by: string,
  ): Promise<UpdatedUser> {
    const { tx, audit, changed } = write;
    const user = known(await this.entities.users.find(id, tx), scope, id);
    checkUserUpdate(scope, user, fieldsAsked(body));
    const before = await this.entities.viewOf(tx, user);
    const patch = limitPatchOf(body, (expiry) => increaseEnd(expiry, new Date(this.clock.now())));
    if (scope.everything !== 'write' && id !== scope.userId) {
      const holdings = await this.entities.holdings.of(tx, scope, user.organizations);
      if (holdings) checkGrants(body, patch, scope, holdings);
    }
    await this.entities.users.update(tx, id, fieldsOf(body, passwordHash), by);
    const owner = ownerOf('user', id);
    if (!isEmptyPatch(patch)) await this.entities.limits.write(tx, owner, patch);
    if (typeof body.spend === 'number') await this.entities.limits.resetSpend(tx, owner, nanosFromUsd(body.spend));
    const data = await this.entities.view(tx, id);
    const after = passwordHash === undefined ? data : { ...data, password_changed: true };
    audit({ action: 'user.update', objectKind: 'user', objectId: id, before, after });
    changed(userTopic, id);
    changed(limitsTopic, owner);
    return { user_id: id, data };
  }

  async #delete(write: ManagementWrite, user: KnownUser, by: string): Promise<void> {
    const { tx, audit, changed } = write;
    const { id, row, teams } = user;
    const before = await this.entities.viewOf(tx, user);
    await this.keys.deleteAll(write, id, by);
    await this.entities.users.delete(tx, id);
    const members = teams.map((team) => memberOwner(team.id, id));
    const owners = [ownerOf('user', id), ...members];
    await this.entities.limits.remove(tx, owners);
    const { passwordHash: _secret, ...shown } = row;
    await tx.deletedObject.create({
      data: {
        kind: 'user',
        id,
        alias: row.email ?? row.alias,
        data: asJson(shown),
        deletedAt: new Date(this.clock.now()),
        deletedBy: by,
      },
    });
    audit({ action: 'user.delete', objectKind: 'user', objectId: id, before });
    changed(userTopic, id);
    for (const member of members) changed(memberTopic, idOf(member));
    for (const owner of owners) changed(limitsTopic, owner);
  }
}

function checkGrants(body: UpdateUserBody, patch: LimitPatch, scope: AccessScope, holdings: Holdings): void {
  if (body.user_role != null) checkRoleGrant(scope, body.user_role);
  if (body.models !== undefined) checkModelGrant(body.models ?? [], holdings);
  checkLimitGrant('max_budget', patch.maxNanos, holdings.maxNanos);
  checkLimitGrant('rpm_limit', patch.rates?.rpm, holdings.rpm);
  checkLimitGrant('tpm_limit', patch.rates?.tpm, holdings.tpm);
}

/** To a proxy admin a missing user is missing; to the others it is as a foreign one. */
function known(user: KnownUser | null, scope: AccessScope, id: string): KnownUser {
  if (user) return user;
  if (scope.everything !== 'write') throw foreignUser();
  const reason = `User not found, passed user_id=${id}. Make it by /user/new.`;
  throw new GatewayError('object_not_found', { param: 'user_id', facts: { reason } });
}

/** Which fields a body wants to change; the id alone names the user. */
function fieldsAsked(body: UpdateUserBody): readonly string[] {
  return Object.keys(body).filter((field) => {
    if (field === 'user_id' || body[field] === undefined) return false;
    return field !== 'user_email' || body.user_id != null;
  });
}

function fieldsOf(body: UpdateUserBody, passwordHash: string | undefined): UserFields {
  const { user_email: email, user_alias: alias, user_role: role, sso_user_id: ssoUserId, models, metadata } = body;
  return {
    ...(body.user_id != null && email !== undefined && { email }),
    ...(alias !== undefined && { alias }),
    ...(role != null && { role }),
    ...(ssoUserId !== undefined && { ssoUserId }),
    ...(models !== undefined && { models: models ?? [] }),
    ...(metadata !== undefined && { metadata: metadata ?? {} }),
    ...(typeof body.blocked === 'boolean' && { blocked: body.blocked }),
    ...(passwordHash !== undefined && { passwordHash }),
  };
}

/** A row as JSON keeps it: dates as text. */
function asJson(row: object): Prisma.InputJsonObject {
  return JSON.parse(JSON.stringify(row)) as Prisma.InputJsonObject;
}
