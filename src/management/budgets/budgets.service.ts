/** Makes, changes, shows and deletes budgets; those who have one follow its changes. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { budgetTopic, limitsTopic } from '../../database/change-topics.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { patchLimits, type LimitPatch, type StoredLimits } from '../../limits/definitions/owner-limits.js';
import { limitPatchOf } from '../limit-fields/limit-fields.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites } from '../writes/management-writes.service.js';
import {
  budgetSettingsView,
  budgetView,
  type BudgetAnswer,
  type BudgetListQuery,
  type NewBudgetBody,
  type UpdateBudgetBody,
} from './budget.dto.js';
import { BudgetRepository } from './budget.repository.js';

/** How many of those who have a budget an error names. */
const namedOwners = 3;

@Injectable()
export class BudgetsService {
  constructor(
    private readonly budgets: BudgetRepository,
    private readonly limits: LimitDefinitions,
    private readonly writes: ManagementWrites,
    private readonly settings: SettingsService,
  ) {}

  async create(body: NewBudgetBody, actor: Actor): Promise<BudgetAnswer> {
    const id = body.budget_id ?? randomUUID();
    const limits = patchLimits({}, ownPatch(body));
    try {
      return await this.writes.run(actor, async ({ tx, audit, changed }) => {
        const view = budgetView(await this.budgets.create(tx, id, limits, actor.name));
        audit({ action: 'budget.create', objectKind: 'budget', objectId: id, after: view });
        changed(budgetTopic, id);
        return view;
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const reason = `Budget with id '${id}' already exists. Change it by /budget/update, or choose another id.`;
      throw new GatewayError('conflict', { param: 'budget_id', facts: { reason }, cause: error });
    }
  }

  update(body: UpdateBudgetBody, actor: Actor): Promise<BudgetAnswer> {
    const { budget_id: id } = body;
    return this.writes.run(actor, async ({ tx, audit, changed }) => {
      const row = await this.budgets.find(id, tx);
      if (!row) throw notFound('budget_id', id);
      const limits = patchLimits(row.limits as StoredLimits, ownPatch(body));
      const view = budgetView(await this.budgets.update(tx, id, limits, actor.name));
      for (const owner of await this.limits.followBudget(tx, id)) changed(limitsTopic, owner);
      audit({ action: 'budget.update', objectKind: 'budget', objectId: id, before: budgetView(row), after: view });
      changed(budgetTopic, id);
      return view;
    });
  }

  /** One that somebody has stays: without it they would spend without a limit. */
  delete(id: string, actor: Actor): Promise<BudgetAnswer> {
    return this.writes.run(actor, async ({ tx, audit, changed }) => {
      const row = await this.budgets.find(id, tx);
      if (!row) throw notFound('id', id);
      const owners = await this.budgets.ownersOf(tx, id, namedOwners + 1);
      if (owners.length > 0) throw inUse(owners);
      if (this.settings.current().identity.customers.budgetId === id)
        throw refusedDeletion('it is `litellm_settings.max_end_user_budget_id`. Name another one there first.');
      await this.budgets.delete(tx, id);
      audit({ action: 'budget.delete', objectKind: 'budget', objectId: id, before: budgetView(row) });
      changed(budgetTopic, id);
      return budgetView(row);
    });
  }

  async info(ids: readonly string[]): Promise<readonly BudgetAnswer[]> {
    return (await this.budgets.findMany(ids)).map(budgetView);
  }

  async list({ page, page_size: pageSize }: BudgetListQuery): Promise<readonly BudgetAnswer[]> {
    return (await this.budgets.page(page, pageSize)).map(budgetView);
  }

  async settingsOf(id: string): Promise<ReturnType<typeof budgetSettingsView>> {
    return budgetSettingsView(await this.budgets.find(id));
  }
}

/** A budget has no budget itself. */
function ownPatch({ budget_id: _own, ...body }: NewBudgetBody): LimitPatch {
  return limitPatchOf(body, () => {
    throw new GatewayError('internal', { detail: 'A budget has no temporary increase.' });
  });
}

function notFound(param: string, id: string): GatewayError {
  return new GatewayError('object_not_found', { param, facts: { reason: `There is no budget with the id '${id}'.` } });
}

function inUse(owners: readonly string[]): GatewayError {
  const named = owners.slice(0, namedOwners).join(', ');
  const others = owners.length > namedOwners ? ' and others' : '';
  return refusedDeletion(`${named}${others} have it. Give them another one first (\`budget_id\` of their updates).`);
}

function refusedDeletion(why: string): GatewayError {
  return new GatewayError('conflict', { param: 'id', facts: { reason: `The budget was not deleted: ${why}` } });
}
