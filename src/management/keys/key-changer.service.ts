/** Changes virtual keys: their fields, their limits, whether they are blocked, and what counts as spent. */
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { nanosFromUsd, usdFromNanos } from '../../core/pricing/money.js';
import { mayChange, type AccessScope, type Ownership } from '../../auth/scope/access-scope.js';
import type { VirtualKey } from '../../database/database-client.js';
import { patchLimits, withBudget, type LimitPatch, type StoredLimits } from '../../limits/definitions/owner-limits.js';
import { isEmptyPatch, limitPatchOf } from '../limit-fields/limit-fields.js';
import type { Actor } from '../writes/actor.js';
import { administersKey, forbiddenKey, mayUpdateKey, noSuchKey } from './key-access.js';
import type { BulkUpdateKeysBody, UpdateKeyBody } from './key-bodies.dto.js';
import { changedColumns, columnData, type ChangedColumns } from './key-changes.js';
import { KeyGrants } from './key-grants.service.js';
import { generateRoute } from './key-issuer.service.js';
import { KeyOwners } from './key-owners.service.js';
import { powersOfColumns, powersOfLimits, powersOfRow } from './key-powers.js';
import { KeyRepository } from './key.repository.js';
import { KeyRules } from './key-rules.service.js';
import { tokenOf } from './key-token.js';
import { keyView, type KeyState } from './key-view.js';
import { checkOwners, checkPrivileges } from './owner-checks.js';
import { KeyWrites, type KeyWrite } from './key-writes.service.js';

const updateRoute = '/key/update';

@Injectable()
export class KeyChanger {
  constructor(
    private readonly writes: KeyWrites,
    private readonly owners: KeyOwners,
    private readonly grants: KeyGrants,
    private readonly rules: KeyRules,
    private readonly keys: KeyRepository,
  ) {}

  async update(body: UpdateKeyBody, actor: Actor): Promise<Record<string, unknown>> {
    const state = await this.writes.run(actor, async (write) => {
      const { state: before, ownership } = await this.find(write, body);
      if (!mayUpdateKey(write.scope, ownership, updateRoute)) throw forbiddenKey();
      // Where an alias says which key it is, it is no new one.
      const { key_alias: alias, ...others } = body;
      const changes = body.key == null ? others : { ...others, ...(alias !== undefined && { key_alias: alias }) };
      const after = await this.apply(write, before, ownership, changes);
      this.#record(write, 'key.update', before, after);
      return after;
    });
    return { key: body.key ?? state.row.token, token: state.row.token, ...this.#view(state) };
  }

  /** Each by itself: one that is refused does not hinder the others. */
  async updateMany({ keys }: BulkUpdateKeysBody, actor: Actor): Promise<Record<string, unknown>> {
    const done: object[] = [];
    const failed: object[] = [];
    for (const item of keys) {
      const key = item.key ?? item.key_alias ?? '';
      try {
        const { key: _asGiven, ...info } = await this.update(item, actor);
        done.push({ key, key_info: info });
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        failed.push({ key, key_info: null, failed_reason: error.message });
      }
    }
    return { total_requested: keys.length, successful_updates: done, failed_updates: failed };
  }

  /** For administrators of the key. */
  async setBlocked(key: string, blocked: boolean, actor: Actor): Promise<Record<string, unknown>> {
    const state = await this.writes.run(actor, async (write) => {
      const { state: before, ownership } = await this.find(write, { key });
      if (!administersKey(write.scope, ownership)) throw forbiddenKey();
      const data = { blocked, updatedAt: this.rules.now(), updatedBy: actor.name };
      const after = await this.keys.update(write.tx, before.row.token, data, null);
      this.#record(write, blocked ? 'key.block' : 'key.unblock', before, after);
      return after;
    });
    return { token: state.row.token, ...this.#view(state) };
  }

  /** For administrators of the key: down to an amount that it has really spent. Its further windows begin anew. */
  resetSpend(key: string, resetTo: number, actor: Actor): Promise<Record<string, unknown>> {
    return this.writes.run(actor, async (write) => {
      const { state: before, ownership } = await this.find(write, { key });
      if (!administersKey(write.scope, ownership)) throw forbiddenKey();
      const { token } = before.row;
      const toNanos = nanosFromUsd(resetTo);
      const { spentNanos, effective } = before.limits;
      if (toNanos > spentNanos) throw beyond('what the key has spent', spentNanos);
      if (effective.max_budget !== undefined && toNanos > BigInt(effective.max_budget)) {
        throw beyond('the budget of the key', BigInt(effective.max_budget));
      }
      await this.keys.resetSpend(write.tx, token, toNanos, 'windows');
      const after = (await this.keys.find(write.tx, token)) ?? before;
      this.#record(write, 'key.reset_spend', before, after);
      return {
        key_hash: token,
        spend: resetTo,
        previous_spend: usdFromNanos(spentNanos),
        max_budget: effective.max_budget === undefined ? null : usdFromNanos(BigInt(effective.max_budget)),
        budget_reset_at: after.limits.resetAt?.toISOString() ?? null,
      };
    });
  }

  /** @throws GatewayError for a key that is not there, as the caller's scope has it */
  async find(
    { tx, scope, actor }: KeyWrite,
    { key, key_alias: alias }: Pick<UpdateKeyBody, 'key' | 'key_alias'>,
  ): Promise<{ state: KeyState; ownership: Ownership }> {
    const named = key == null ? await tx.virtualKey.findUnique({ where: { keyAlias: alias ?? '' } }) : null;
    const token = key == null ? named?.token : tokenOf(key);
    const state = token === undefined ? null : await this.keys.findToChange(tx, token, actor.name);
    if (!state) throw noSuchKey(scope, key == null ? 'key_alias' : 'key');
    const ownerships = await this.owners.ownershipsOf(tx, [state.row]);
    return { state, ownership: ownerships.get(state.row.token) ?? {} };
  }

  /**
   * Changes what the body names, for a caller who may change this key.
   *
   * @throws GatewayError for what the caller may not give, or nobody
   */
  async apply(write: KeyWrite, before: KeyState, ownership: Ownership, body: UpdateKeyBody): Promise<KeyState> {
    const { tx, scope, actor } = write;
    const { row, limits } = before;
    const isAdministered = administersKey(scope, ownership);
    checkPrivileges(scope, body, { isNew: false, isAdministered });
    this.rules.checkBoundsOfChange(body);
    const patch = limitPatchOf(body, (expiry) => this.rules.increaseUntil(expiry));
    const columns = changedColumns(row, body, this.rules.expiryOf(body.duration));
    const isMoved = movedFields.some((field) => columns[field] !== row[field]);
    const budgetId = body.budget_id === undefined ? limits.budgetId : body.budget_id;
    const owners = await this.owners.read(tx, { ...idsOf(columns), budgetId });
    if (isMoved) checkMove(scope, { from: ownership, to: owners.ownership, row, columns });
    if (isMoved || body.budget_id != null) checkOwners(scope, owners);
    const own = patchLimits(limits.own, patch);
    const effective = withBudget(own, owners.budget?.limits as StoredLimits | undefined);
    await this.grants.forChange(tx, scope, {
      before: { ...powersOfRow(row), ...powersOfLimits(limits.effective, 'increased') },
      after: { ...powersOfColumns(columns), ...powersOfLimits(effective, 'increased') },
      owners,
      isMoved,
      isAdministered,
    });
    const data = { ...columnData(columns), updatedAt: this.rules.now(), updatedBy: actor.name };
    const after = await this.keys.update(tx, row.token, data, changesOf(patch));
    if (body.spend == null) return after;
    await this.keys.resetSpend(tx, row.token, nanosFromUsd(body.spend), 'main');
    return (await this.keys.find(tx, row.token)) ?? after;
  }

  #record(write: KeyWrite, action: string, before: KeyState, after: KeyState): void {
    write.record({ action, token: after.row.token, before: this.#view(before), after: this.#view(after) });
  }

  #view(state: KeyState): Record<string, unknown> {
    return keyView(state, this.rules.now().getTime());
  }
}

const movedFields = ['userId', 'teamId', 'organizationId', 'projectId'] as const;

function idsOf(columns: ChangedColumns): Pick<ChangedColumns, (typeof movedFields)[number]> {
  const { userId, teamId, organizationId, projectId } = columns;
  return { userId, teamId, organizationId, projectId };
}

function changesOf(patch: LimitPatch): LimitPatch | null {
  return isEmptyPatch(patch) ? null : patch;
}

interface Move {
  readonly from: Ownership;
  readonly to: Ownership;
  readonly row: VirtualKey;
  readonly columns: ChangedColumns;
}

/** A key moves only by the hand of somebody who could make it there; and nobody hands their own key to another user. */
function checkMove(scope: AccessScope, { from, to, row, columns: { userId, organizationId } }: Move): void {
  if (scope.everything === 'write') return;
  const refused = (param: string, reason: string): GatewayError =>
    new GatewayError('forbidden', { param, facts: { reason } });
  if (userId !== row.userId && !(administersKey(scope, from) && administersKey(scope, to))) {
    throw refused('user_id', 'A key changes its user by the hand of an administrator alone.');
  }
  if (to.teamId != null && to.teamId !== from.teamId && !mayChange(scope, to, generateRoute)) {
    throw refused('team_id', 'You may not make keys for this team.');
  }
  if (to.teamId == null && from.teamId != null && !(userId !== null && userId === scope.userId)) {
    throw refused('team_id', "A team's key becomes nobody else's but your own.");
  }
  const isOtherOrganization = organizationId !== null && organizationId !== row.organizationId;
  if (isOtherOrganization && !scope.organizations.has(organizationId)) {
    throw refused('organization_id', 'You may not make keys for this organization.');
  }
}

function beyond(what: string, nanos: bigint): GatewayError {
  const reason = `\`reset_to\` must not be more than ${what}: ${usdFromNanos(nanos)} USD.`;
  return new GatewayError('invalid_request', { param: 'reset_to', facts: { reason } });
}
