/** The limits of teams and of their members: written, and held below what stands above them. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { budgetTopic, limitsTopic } from '../../database/change-topics.js';
import type { TransactionClient } from '../../database/database-client.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { memberOwner, ownerOf } from '../../limits/definitions/owner.js';
import { patchLimits, type LimitPatch, type StoredLimits } from '../../limits/definitions/owner-limits.js';
import { checkWithin, type Ceiling } from '../ceilings/ceilings.js';
import { isEmptyPatch } from '../limit-fields/limit-fields.js';
import type { ManagementWrite } from '../writes/management-writes.service.js';
import { modelsOf, settingsOf, type TeamWithMembers } from './stored-team.js';
import type { TeamChange } from './team-writes.service.js';

export interface TeamAsItWillBe {
  readonly models: readonly string[];
  /** The models that its aliases lead to. */
  readonly aliased: readonly string[];
  readonly organizationId: string | null;
  readonly isNew?: boolean;
}

@Injectable()
export class TeamLimits {
  constructor(private readonly limits: LimitDefinitions) {}

  /**
   * Writes the limits of a team and checks them, with its models as they will be, against its organization; where its own admins write them,
   * also against what the team had.
   */
  async write({ write, team, by }: TeamChange, patch: LimitPatch, next: TeamAsItWillBe): Promise<void> {
    const { tx } = write;
    const owner = ownerOf('team', team.id);
    await checkBudgetExists(tx, patch.budgetId);
    const had = (await this.limits.read(tx, [owner])).get(owner)?.effective ?? {};
    if (!isEmptyPatch(patch)) {
      await this.limits.write(tx, owner, patch);
      write.changed(limitsTopic, owner);
    }
    const limits = (await this.limits.read(tx, [owner])).get(owner)?.effective ?? {};
    const all = next.isNew === true || next.organizationId !== team.organizationId;
    const asked = {
      models: all || differ(next, modelsNow(team)) ? next.models : undefined,
      limits: all || !isEmptyPatch(patch) ? limits : undefined,
    };
    checkWithin({ models: asked.models && next.aliased }, { of: 'the team', models: next.models, limits: {} });
    if (next.organizationId !== null) {
      const models = asked.models && [...asked.models, ...next.aliased];
      checkWithin({ ...asked, models }, await this.#organization(tx, next.organizationId));
    }
    if (by === 'team_admin') checkWithin(asked, { of: 'the team', models: modelsOf(team), limits: had }, 'kept');
  }

  /** What the members of a team may be given. */
  async ceilingForMembers(tx: TransactionClient, team: TeamWithMembers): Promise<Ceiling> {
    const owner = ownerOf('team', team.id);
    const limits = (await this.limits.read(tx, [owner])).get(owner)?.effective ?? {};
    return { of: 'the team', models: modelsOf(team), limits };
  }

  /**
   * @param models that the member is to be held to; undefined where the request says nothing of them
   * @returns the limits that hold for the member from now on
   */
  async writeMember(
    { write, team }: TeamChange,
    userId: string,
    patch: LimitPatch,
    models?: readonly string[],
  ): Promise<StoredLimits> {
    const owner = memberOwner(team.id, userId);
    const isEmpty = isEmptyPatch(patch);
    if (!isEmpty) {
      await this.limits.write(write.tx, owner, patch);
      write.changed(limitsTopic, owner);
    }
    const limits = (await this.limits.read(write.tx, [owner])).get(owner)?.effective ?? {};
    checkWithin({ models, limits: isEmpty ? undefined : limits }, await this.ceilingForMembers(write.tx, team));
    return limits;
  }

  /**
   * Changes the limits that hold for each member without limits of its own; they are one budget that all members name.
   *
   * @returns the budget's id, or undefined where the team has none
   */
  async writeMemberDefaults({ write, actor, team }: TeamChange, patch: LimitPatch): Promise<string | undefined> {
    const known = settingsOf(team).team_member_budget_id;
    if (isEmptyPatch(patch)) return known;
    const { tx } = write;
    const row = known === undefined ? null : await tx.budget.findUnique({ where: { id: known } });
    const limits = patchLimits((row?.limits ?? {}) as StoredLimits, patch);
    checkWithin({ limits }, await this.ceilingForMembers(tx, team));
    const id = row?.id ?? randomUUID();
    const data = { limits: limits as object, updatedBy: actor.name };
    await tx.budget.upsert({ where: { id }, create: { id, createdBy: actor.name, ...data }, update: data });
    write.changed(budgetTopic, id);
    write.audit({ action: 'budget.update', objectKind: 'budget', objectId: id, before: row?.limits, after: limits });
    if (!row) await this.#giveBudget(write, team, id);
    for (const owner of await this.limits.followBudget(tx, id)) write.changed(limitsTopic, owner);
    return id;
  }

  /** For a member who is given what the team gives to all, whatever that is. */
  async giveMemberDefaults({ write, team }: TeamChange, userId: string): Promise<void> {
    const budgetId = settingsOf(team).team_member_budget_id;
    if (budgetId === undefined) return;
    const owner = memberOwner(team.id, userId);
    await this.limits.write(write.tx, owner, { budgetId });
    write.changed(limitsTopic, owner);
  }

  async #giveBudget(
    { tx }: ManagementWrite,
    { id: teamId, members }: TeamWithMembers,
    budgetId: string,
  ): Promise<void> {
    const owners = members.map(({ userId }) => memberOwner(teamId, userId));
    for (const [owner, state] of await this.limits.read(tx, owners)) {
      if (state.budgetId === null) await this.limits.write(tx, owner, { budgetId });
    }
  }

  async #organization(tx: TransactionClient, id: string): Promise<Ceiling> {
    const row = await tx.organization.findUnique({ where: { id } });
    if (!row) {
      const reason = `Organization not found, passed organization id: ${id}`;
      throw new GatewayError('object_not_found', { param: 'organization_id', facts: { reason } });
    }
    const owner = ownerOf('organization', id);
    const limits = (await this.limits.read(tx, [owner])).get(owner)?.effective ?? {};
    return { of: 'the organization', models: modelsOf(row), limits };
  }
}

function modelsNow(team: TeamWithMembers): NamedModels {
  return { models: modelsOf(team), aliased: Object.values(settingsOf(team).model_aliases ?? {}) };
}

type NamedModels = Pick<TeamAsItWillBe, 'models' | 'aliased'>;

function differ(next: NamedModels, now: NamedModels): boolean {
  return next.models.join('\n') !== now.models.join('\n') || next.aliased.join('\n') !== now.aliased.join('\n');
}

/** @throws GatewayError `invalid_request` for a budget that nobody has made */
export async function checkBudgetExists(tx: TransactionClient, id: string | null | undefined): Promise<void> {
  if (id == null || (await tx.budget.findUnique({ where: { id } }))) return;
  const reason = `There is no budget ${id}. Make it by \`/budget/new\` first.`;
  throw new GatewayError('invalid_request', { param: 'budget_id', facts: { reason } });
}
