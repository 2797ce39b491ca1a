/** Who has spent how much of their budget: keys and users by what their accounts hold, and providers; and setting all of that to zero. */
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { usdFromNanos } from '../../core/pricing/money.js';
import { limitsTopic } from '../../database/change-topics.js';
import type { BudgetAccount, Prisma, User, VirtualKey } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { idOf, ownerOf, type Owner } from '../../limits/definitions/owner.js';
import { limitView } from '../limit-fields/limit-fields.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites } from '../writes/management-writes.service.js';
import type { SpendScope } from './spend-scope.js';

export interface Slice {
  readonly page: number;
  readonly size: number;
}

/** Of callers who may not see everything, so many keys and users are looked at. */
const MOST_VISIBLE = 10_000;
const RESET_BATCH = 500;

@Injectable()
export class SpendersService {
  constructor(
    private readonly database: DatabaseService,
    private readonly limits: LimitDefinitions,
    private readonly writes: ManagementWrites,
  ) {}

  /** Keys with an account that the caller may see, the largest spend first. */
  async keys(scope: SpendScope, slice: Slice): Promise<object[]> {
    const visible = scope.everything ? undefined : await this.#visibleKeys(scope);
    const owners = await this.#spenders('key', visible, slice);
    const where = { token: { in: owners.map(idOf) } };
    const rows = await this.database.run((client) => client.virtualKey.findMany({ where }));
    const known = new Map(rows.map((row) => [ownerOf('key', row.token), row]));
    return this.#inOrder(owners, known, keyView);
  }

  /**
   * Users with an account that the caller may see, the largest spend first; or the one that is named.
   *
   * @throws GatewayError `forbidden` for another user whom the caller has nothing to do with
   */
  async users(scope: SpendScope, userId: string | undefined, slice: Slice): Promise<object[]> {
    const visible = scope.everything ? undefined : await this.#visibleUsers(scope);
    if (userId !== undefined && visible?.includes(userId) === false) {
      const reason = 'You may see yourself, and the members of teams and organizations that you administer.';
      throw new GatewayError('forbidden', { param: 'user_id', facts: { reason } });
    }
    const owners = userId === undefined ? await this.#spenders('user', visible, slice) : [ownerOf('user', userId)];
    const where = { id: { in: owners.map(idOf) } };
    const rows = await this.database.run((client) => client.user.findMany({ where }));
    const known = new Map(rows.map((row) => [ownerOf('user', row.id), row]));
    return this.#inOrder(owners, known, userView);
  }

  /** What is left to each provider that has a budget; one with several windows is shown by its main one. */
  async providers(): Promise<{ providers: Record<string, object> }> {
    const accounts = await this.database.run((client) =>
      client.budgetAccount.findMany({
        where: { owner: { startsWith: 'provider:' }, id: { equals: client.budgetAccount.fields.owner } },
        orderBy: { id: 'asc' },
      }),
    );
    return { providers: Object.fromEntries(accounts.map((account) => [idOf(account.owner), providerView(account)])) };
  }

  /**
   * Sets what keys and teams have spent to zero, in batches. The spend log and the sums by day stay; a batch that fails
   * leaves those before it done, and the same call again goes on.
   */
  async reset(actor: Actor): Promise<void> {
    let after = '';
    for (;;) {
      const last = await this.#resetBatch(actor, after);
      if (last === null) return;
      after = last;
    }
  }

  #resetBatch(actor: Actor, after: string): Promise<string | null> {
    return this.writes.run(actor, async (write) => {
      const { tx } = write;
      const accounts = await tx.budgetAccount.findMany({
        where: { id: { gt: after }, OR: [{ owner: { startsWith: 'key:' } }, { owner: { startsWith: 'team:' } }] },
        orderBy: { id: 'asc' },
        take: RESET_BATCH,
        select: { id: true, owner: true, spentNanos: true },
      });
      const last = accounts.at(-1);
      if (!last) return null;
      const ids = accounts.map(({ id }) => id);
      await tx.budgetAccount.updateMany({
        where: { id: { in: ids } },
        data: { spentNanos: 0n, committedNanos: 0n, epoch: { increment: 1 } },
      });
      await tx.budgetLease.deleteMany({ where: { accountId: { in: ids } } });
      const before = Object.fromEntries(accounts.map(({ id, spentNanos }) => [id, usdFromNanos(spentNanos)]));
      write.audit({ action: 'spend.reset', objectKind: 'spend', objectId: 'global', before, after: {} });
      for (const owner of new Set(accounts.map((account) => account.owner))) write.changed(limitsTopic, owner);
      return last.id;
    });
  }

  /** By their main accounts. */
  async #spenders(kind: 'key' | 'user', visible: readonly string[] | undefined, slice: Slice): Promise<Owner[]> {
    const accounts = await this.database.run((client) =>
      client.budgetAccount.findMany({
        where: visible
          ? { id: { in: visible.map((id) => ownerOf(kind, id)) } }
          : { owner: { startsWith: `${kind}:` }, id: { equals: client.budgetAccount.fields.owner } },
        orderBy: [{ spentNanos: 'desc' }, { id: 'asc' }],
        skip: (slice.page - 1) * slice.size,
        take: slice.size,
        select: { owner: true },
      }),
    );
    return accounts.map(({ owner }) => owner as Owner);
  }

  async #visibleKeys({ userId, keyHash, teamIds, organizationIds }: SpendScope): Promise<string[]> {
    const where: Prisma.VirtualKeyWhereInput = {
      OR: [
        ...(userId ? [{ userId }] : []),
        { token: { in: keyHash === '' ? [] : [keyHash] } },
        { teamId: { in: [...teamIds] } },
        { organizationId: { in: [...organizationIds] } },
      ],
    };
    const select = { token: true };
    const keys = await this.database.run((client) => client.virtualKey.findMany({ where, select, take: MOST_VISIBLE }));
    return keys.map(({ token }) => token);
  }

  async #visibleUsers({ userId, teamIds, organizationIds }: SpendScope): Promise<string[]> {
    const select = { userId: true };
    const members = await this.database.run(async (client) => [
      ...(await client.teamMember.findMany({ where: { teamId: { in: [...teamIds] } }, select, take: MOST_VISIBLE })),
      ...(await client.organizationMember.findMany({
        where: { organizationId: { in: [...organizationIds] } },
        select,
        take: MOST_VISIBLE,
      })),
    ]);
    return [...new Set([...(userId ? [userId] : []), ...members.map((member) => member.userId)])];
  }

  async #inOrder<Row>(
    owners: readonly Owner[],
    known: ReadonlyMap<Owner, Row>,
    view: (row: Row) => object,
  ): Promise<object[]> {
    const states = await this.database.run((client) => this.limits.read(client, owners));
    return owners.flatMap((owner) => {
      const row = known.get(owner);
      const state = states.get(owner);
      return row && state ? [{ ...view(row), ...limitView(state) }] : [];
    });
  }
}

function keyView(key: VirtualKey): object {
  return {
    token: key.token,
    key_name: key.keyName,
    key_alias: key.keyAlias,
    models: key.models,
    user_id: key.userId,
    team_id: key.teamId,
    organization_id: key.organizationId,
    project_id: key.projectId,
    blocked: key.blocked,
    expires: key.expires?.toISOString() ?? null,
    created_at: key.createdAt.toISOString(),
    updated_at: key.updatedAt.toISOString(),
  };
}

function userView(user: User): object {
  return {
    user_id: user.id,
    user_email: user.email,
    user_alias: user.alias,
    user_role: user.role,
    models: user.models,
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
  };
}

function providerView(account: BudgetAccount): object {
  return {
    budget_limit: account.maxNanos === null ? null : usdFromNanos(account.maxNanos),
    time_period: account.duration,
    spend: usdFromNanos(account.spentNanos),
    budget_reset_at: account.resetAt?.toISOString() ?? null,
  };
}
