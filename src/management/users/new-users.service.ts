/** Makes users: with their memberships, their limits and their first key, in one transaction. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mayChangeTeam, type AccessScope } from '../../auth/scope/access-scope.js';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { nanosFromUsd } from '../../core/pricing/money.js';
import { limitsTopic, memberTopic, userTopic } from '../../database/change-topics.js';
import type { TransactionClient, VirtualKey } from '../../database/database-client.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import type { LimitPatch } from '../../limits/definitions/owner-limits.js';
import { idOf, memberOwner, ownerOf } from '../../limits/definitions/owner.js';
import { limitPatchOf } from '../limit-fields/limit-fields.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites, type ManagementWrite } from '../writes/management-writes.service.js';
import { namedTeams, withDefaults, type NewMember } from './new-user-defaults.js';
import type { NewUserAnswer } from './user-answers.js';
import { UserEntities } from './user-entities.service.js';
import { UserKeys } from './user-keys.service.js';
import {
  checkLimitGrant,
  checkModelGrant,
  checkRoleGrant,
  forbidden,
  modelsToGrant,
  type Holdings,
  type UserRole,
} from './user-rules.js';
import type { NewUserBody } from './user.dto.js';

type DefiniteBody = NewUserBody & { readonly user_role: UserRole };

@Injectable()
export class NewUsers {
  constructor(
    private readonly entities: UserEntities,
    private readonly keys: UserKeys,
    private readonly scopes: AccessScopes,
    private readonly writes: ManagementWrites,
    private readonly settings: SettingsService,
  ) {}

  /** @throws GatewayError `forbidden` for more than the caller holds, `conflict` for an id, an address or an alias that is taken */
  async create(given: NewUserBody, actor: Actor): Promise<NewUserAnswer> {
    const scope = await this.scopes.of(actor.principal);
    const body = withDefaults(given, this.settings.current().identity.newUsers);
    checkRoleGrant(scope, body.user_role);
    const id = body.user_id ?? randomUUID();
    try {
      return await this.writes.run(actor, (write) => this.#write(write, id, body, scope, actor.name));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const reason =
        'A user with this user_id, user_email or sso_user_id, or a key with this key_alias, exists already.';
      throw new GatewayError('conflict', { param: 'user_id', facts: { reason }, cause: error });
    }
  }

  async #write(
    write: ManagementWrite,
    id: string,
    body: DefiniteBody,
    scope: AccessScope,
    by: string,
  ): Promise<NewUserAnswer> {
    const { tx } = write;
    const organizations = [...new Set(body.organizations ?? [])];
    const holdings = await this.entities.holdings.of(tx, scope, organizations);
    if (holdings !== null && (await this.entities.users.isNamed(tx, id)))
      throw forbidden('Keys or memberships name this id already: only proxy admins may make a user of it.', 'user_id');
    const { models, patch } = granted(body, holdings);
    await this.entities.users.create(tx, id, { ...fieldsOf(body), models }, by);
    await this.entities.limits.write(tx, ownerOf('user', id), patch);
    for (const organizationId of organizations) {
      await this.entities.users.addToOrganization(tx, organizationId, id);
      write.audit(membership('organization', organizationId, id, 'internal_user'));
    }
    for (const member of await this.#teams(tx, body, scope)) await this.#join(write, member, id);
    const isLocal = scope.everything !== 'write';
    if (isLocal && body.auto_create_key !== false && organizations.length > 1)
      throw forbidden(
        'A key is made within one organization: name one, or set `auto_create_key` to false.',
        'organizations',
      );
    const made =
      body.auto_create_key === false
        ? undefined
        : await this.keys.create(
            write,
            {
              userId: id,
              alias: body.key_alias ?? null,
              duration: body.duration ?? null,
              models,
              teamId: body.team_id ?? null,
              organizationId: isLocal ? (organizations[0] ?? null) : null,
            },
            by,
          );
    const user = await this.entities.view(tx, id);
    write.audit({ action: 'user.create', objectKind: 'user', objectId: id, after: user });
    write.changed(userTopic, id);
    write.changed(limitsTopic, ownerOf('user', id));
    return { ...keyFields(made), ...user };
  }

  /** Those of the body must be the caller's to change; those of the configuration are the operator's word. */
  async #teams(tx: TransactionClient, body: DefiniteBody, scope: AccessScope): Promise<readonly NewMember[]> {
    const named = namedTeams(body);
    const isDefault = body.teams == null && named.length === 0 && body.user_role !== 'proxy_admin';
    const members = isDefault ? this.settings.current().identity.newUsers.teams : named;
    const rows = await tx.team.findMany({ where: { id: { in: members.map(({ teamId }) => teamId) } } });
    const found = new Map(rows.map((row) => [row.id, row]));
    for (const { teamId } of members) {
      const team = found.get(teamId);
      if (team && (isDefault || mayChangeTeam(scope, teamId, team.organizationId))) continue;
      if (scope.everything !== 'write' && !isDefault)
        throw forbidden('You are not allowed to change one of these teams, or it does not exist.', 'teams');
      const where = isDefault ? ' (`default_internal_user_params.teams`)' : '';
      const reason = `There is no team with the id '${teamId}'${where}.`;
      throw new GatewayError('invalid_request', { param: 'teams', facts: { reason } });
    }
    return members;
  }

  async #join({ tx, audit, changed }: ManagementWrite, member: NewMember, userId: string): Promise<void> {
    const { teamId, role, maxBudgetUsd } = member;
    await this.entities.users.addToTeam(tx, teamId, userId, role);
    const owner = memberOwner(teamId, userId);
    if (maxBudgetUsd !== undefined) {
      await this.entities.limits.write(tx, owner, { maxNanos: nanosFromUsd(maxBudgetUsd) });
      changed(limitsTopic, owner);
    }
    audit(membership('team', teamId, userId, role));
    changed(memberTopic, idOf(owner));
  }
}

/** What the new user gets: for callers who hold less than everything, no more than that. */
function granted(
  body: DefiniteBody,
  holdings: Holdings | null,
): { readonly models: readonly string[]; readonly patch: LimitPatch } {
  const models = body.models ?? [];
  const patch = limitPatchOf(body, () => {
    throw new GatewayError('internal', { detail: 'A new user has no temporary increase.' });
  });
  if (holdings === null) return { models, patch };
  if (typeof body.budget_id === 'string') throw forbidden('Only proxy admins may give somebody a budget.', 'budget_id');
  if (typeof body.sso_user_id === 'string')
    throw forbidden('Only proxy admins may say who somebody is in the sign-on.', 'sso_user_id');
  const granting = models.length > 0 ? models : modelsToGrant(holdings);
  checkModelGrant(granting, holdings);
  checkLimitGrant('max_budget', patch.maxNanos ?? undefined, holdings.maxNanos);
  checkLimitGrant('rpm_limit', patch.rates?.rpm ?? undefined, holdings.rpm);
  checkLimitGrant('tpm_limit', patch.rates?.tpm ?? undefined, holdings.tpm);
  const rates = { ...patch.rates, rpm: patch.rates?.rpm ?? holdings.rpm, tpm: patch.rates?.tpm ?? holdings.tpm };
  return { models: granting, patch: { ...patch, maxNanos: patch.maxNanos ?? holdings.maxNanos, rates } };
}

function fieldsOf(body: DefiniteBody) {
  return {
    role: body.user_role,
    email: body.user_email ?? null,
    alias: body.user_alias ?? null,
    ssoUserId: body.sso_user_id ?? null,
    metadata: body.metadata ?? {},
    blocked: body.blocked ?? false,
  };
}

function membership(kind: 'team' | 'organization', id: string, userId: string, role: string) {
  return { action: `${kind}.member_add`, objectKind: kind, objectId: id, after: { user_id: userId, role } };
}

function keyFields(made: { readonly key: string; readonly row: VirtualKey } | undefined) {
  return {
    key: made?.key ?? null,
    key_name: made?.row.keyName ?? null,
    key_alias: made?.row.keyAlias ?? null,
    expires: made?.row.expires?.toISOString() ?? null,
  };
}
