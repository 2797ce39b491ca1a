/** Makes virtual keys. */
import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { keyHash } from '../../auth/key-hash.js';
import { mayChange, mayChangeOrganization, type AccessScope } from '../../auth/scope/access-scope.js';
import { allPowers, type Powers } from '../../auth/scope/grants.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { nanosFromUsd } from '../../core/pricing/money.js';
import type { Prisma } from '../../database/database-client.js';
import { patchLimits, withBudget, type LimitPatch, type StoredLimits } from '../../limits/definitions/owner-limits.js';
import { limitPatchOf } from '../limit-fields/limit-fields.js';
import type { Actor } from '../writes/actor.js';
import type { ManagementWrite } from '../writes/management-writes.service.js';
import { administersKey } from './key-access.js';
import type { GenerateKeyBody } from './key-bodies.dto.js';
import { routesFor } from './key-changes.js';
import { KeyGrants } from './key-grants.service.js';
import { KeyOwners, type KeyOwnersFound, type OwnerIds } from './key-owners.service.js';
import { limitsInherited, powersOfLimits, powersOfMetadata } from './key-powers.js';
import { KeyRepository } from './key.repository.js';
import { KeyRules, keyTaken } from './key-rules.service.js';
import { shortNameOf } from './key-token.js';
import { keyView } from './key-view.js';
import { checkOwners, checkPrivileges } from './owner-checks.js';
import { KeyWrites, type KeyWrite } from './key-writes.service.js';

/** 256 bits: no guess, and no need for a slow hash. */
const keyBytes = 32;

export function newKeyValue(): string {
  return `sk-${randomBytes(keyBytes).toString('base64url')}`;
}

export const generateRoute = '/key/generate';
export const serviceAccountRoute = '/key/service-account/generate';

@Injectable()
export class KeyIssuer {
  constructor(
    private readonly writes: KeyWrites,
    private readonly owners: KeyOwners,
    private readonly grants: KeyGrants,
    private readonly rules: KeyRules,
    private readonly keys: KeyRepository,
  ) {}

  /** The new key with its row: one of the two answers that ever hold a key itself. */
  generate(body: GenerateKeyBody, actor: Actor): Promise<Record<string, unknown>> {
    return this.issue(body, actor, generateRoute);
  }

  /** A key that belongs to a team, and to nobody in it. */
  generateForService(body: GenerateKeyBody, actor: Actor): Promise<Record<string, unknown>> {
    if (body.team_id == null) {
      const reason = '`team_id` is missing: the key of a service account belongs to a team.';
      throw new GatewayError('invalid_request', { param: 'team_id', facts: { reason } });
    }
    return this.issue({ ...body, user_id: null }, actor, serviceAccountRoute);
  }

  /**
   * A key whose value nobody ever sees: something else stands for it.
   *
   * @param alongside makes that, in the same transaction
   * @returns the key's hash
   */
  async register(
    body: GenerateKeyBody,
    actor: Actor,
    alongside: (change: ManagementWrite, token: string) => Promise<void>,
  ): Promise<string> {
    const { token } = await this.issue(body, actor, generateRoute, alongside);
    return token;
  }

  private issue(
    given: GenerateKeyBody,
    actor: Actor,
    route: string,
    alongside?: (change: ManagementWrite, token: string) => Promise<void>,
  ): Promise<Record<string, unknown> & { readonly token: string }> {
    this.rules.checkCustomKey(given.key, 'key');
    const key = given.key ?? newKeyValue();
    const token = keyHash(key);
    return this.writes.run(actor, async (write) => {
      const { tx, scope } = write;
      const body = this.rules.complete(given, scope);
      const owners = await this.owners.read(tx, idsOf(body, scope, route));
      checkMayMake(scope, owners, route);
      checkPrivileges(scope, body, { isNew: true, isAdministered: administersKey(scope, owners.ownership) });
      checkOwners(scope, owners, { teamMustExist: route === serviceAccountRoute });
      this.rules.checkGeneration(body, scope, owners);
      if (await tx.replacedKey.findUnique({ where: { token } })) throw keyTaken('key');
      const { data, limits } = await this.draft(write, body, owners);
      const row = { ...data, token, keyName: shortNameOf(key) };
      const state = await this.keys.create(tx, row, limits, nanosFromUsd(body.spend ?? 0));
      const view = keyView(state, this.rules.now().getTime());
      write.record({ action: 'key.generate', token, after: view });
      await alongside?.(write.change, token);
      return { ...view, key, token, token_id: token };
    });
  }

  private async draft(
    { tx, scope, actor }: KeyWrite,
    body: GenerateKeyBody,
    owners: KeyOwnersFound,
  ): Promise<{ data: Omit<Prisma.VirtualKeyCreateInput, 'token' | 'keyName'>; limits: LimitPatch }> {
    const now = this.rules.now();
    const { ids, budget } = owners;
    const patch = limitPatchOf(body, (expiry) => this.rules.increaseUntil(expiry));
    const effective = withBudget(patchLimits({}, patch), budget?.limits as StoredLimits | undefined);
    const heeded = powersOfMetadata(body.metadata);
    const asked: Powers = {
      ...allPowers,
      ...powersOfLimits(effective, 'increased'),
      models: body.models ?? [],
      aliasTargets: Object.values(body.aliases ?? {}),
      allowedRoutes: routesFor(body.key_type, body.allowed_routes) ?? [],
      allowedIps: heeded.allowedIps,
      enforcedParams: [...(body.enforced_params ?? []), ...heeded.enforcedParams],
      allowedCacheControls: body.allowed_cache_controls ?? [],
      passThroughAllowed: body.allowed_passthrough_routes ?? [],
      passThroughDenied: body.denied_passthrough_routes ?? [],
      expiresAtMs: this.rules.expiryOf(durationFor(body, owners))?.getTime() ?? null,
    };
    const granted = await this.grants.forNewKey(tx, scope, owners, asked);
    return {
      limits: merge(patch, limitsInherited(asked, granted)),
      data: {
        keyAlias: body.key_alias ?? null,
        models: [...granted.models],
        expires: granted.expiresAtMs === null ? null : new Date(granted.expiresAtMs),
        blocked: body.blocked ?? false,
        metadata: {
          ...body.metadata,
          ...(body.tags && { tags: body.tags }),
          ...(granted.allowedIps.length > heeded.allowedIps.length && { allowed_ips: [...granted.allowedIps] }),
        },
        userId: ids.userId,
        teamId: ids.teamId,
        organizationId: ids.organizationId,
        projectId: ids.projectId,
        allowedRoutes: [...granted.allowedRoutes],
        settings: {
          ...(body.aliases && { aliases: body.aliases }),
          ...(granted.enforcedParams.length > 0 && { enforced_params: [...granted.enforcedParams] }),
          ...(granted.allowedCacheControls.length > 0 && {
            allowed_cache_controls: [...granted.allowedCacheControls],
          }),
          ...(granted.passThroughAllowed.length > 0 && { allowed_passthrough_routes: [...granted.passThroughAllowed] }),
          ...(granted.passThroughDenied.length > 0 && { denied_passthrough_routes: [...granted.passThroughDenied] }),
          ...(body.key_type && body.key_type !== 'default' && { key_type: body.key_type }),
        },
        createdAt: now,
        createdBy: actor.name,
        updatedAt: now,
        updatedBy: actor.name,
      },
    };
  }
}

function merge(patch: LimitPatch, inherited: LimitPatch): LimitPatch {
  return { ...patch, ...inherited, rates: { ...patch.rates, ...inherited.rates } };
}

function idsOf(body: GenerateKeyBody, scope: AccessScope, route: string): OwnerIds {
  // Whoever is no proxy admin and names no user makes a key of their own; a key that is nobody's would be under nobody's limits.
  const ownUser = scope.everything === 'write' || route === serviceAccountRoute ? null : (scope.userId ?? null);
  return {
    userId: body.user_id ?? ownUser,
    teamId: body.team_id ?? null,
    organizationId: body.organization_id ?? null,
    projectId: body.project_id ?? null,
    budgetId: body.budget_id ?? null,
  };
}

/** @throws GatewayError `forbidden`: a foreign owner and one that does not exist are the same */
function checkMayMake(scope: AccessScope, { ids, ownership }: KeyOwnersFound, route: string): void {
  if (scope.everything === 'write') return;
  const { userId, teamId, organizationId } = ids;
  if (teamId !== null) {
    if (!mayChange(scope, ownership, route)) throw refused('team_id', 'You may not make keys for this team.');
    if (route === generateRoute && userId === null) throw keyless();
    if (userId !== null && userId !== scope.userId && !administersKey(scope, ownership)) {
      throw refused('user_id', 'You can only make keys for yourself.');
    }
    return;
  }
  if (userId === null) throw keyless();
  if (organizationId !== null && !scope.organizations.has(organizationId)) {
    throw refused('organization_id', 'You may not make keys for this organization.');
  }
  const mayMakeForOthers = organizationId !== null && mayChangeOrganization(scope, organizationId);
  if (userId !== scope.userId && !mayMakeForOthers) throw refused('user_id', 'You can only make keys for yourself.');
}

function keyless(): GatewayError {
  return refused('user_id', 'The key that you use belongs to no user, so it cannot make keys. Use a key of your own.');
}

function refused(param: string, reason: string): GatewayError {
  return new GatewayError('forbidden', { param, facts: { reason } });
}

/** A team may say how long its members' keys live where they say nothing. */
function durationFor(body: GenerateKeyBody, { team, ids }: KeyOwnersFound): string | null {
  if (body.duration != null || ids.userId === null) return body.duration ?? null;
  const { team_member_key_duration: ofTeam } = (team?.settings ?? {}) as {
    readonly team_member_key_duration?: unknown;
  };
  return typeof ofTeam === 'string' ? ofTeam : null;
}
