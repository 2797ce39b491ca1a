/** Makes, changes, shows and deletes organizations. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mayChangeOrganization } from '../../auth/scope/access-scope.js';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import type { Principal } from '../../auth/principal.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { limitsTopic, organizationTopic } from '../../database/change-topics.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import type { DatabaseClient } from '../../database/database-client.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { ownerOf } from '../../limits/definitions/owner.js';
import { isEmptyPatch, limitPatchOf } from '../limit-fields/limit-fields.js';
import { json } from '../teams/stored-team.js';
import { checkBudgetExists } from '../teams/team-limits.service.js';
import { metadataAfter } from '../teams/team-requests.js';
import { TeamViews } from '../teams/team-views.service.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites, type ManagementWrite } from '../writes/management-writes.service.js';
import type {
  NewOrganizationBody,
  OrganizationAnswer,
  OrganizationListQuery,
  UpdateOrganizationBody,
} from './organization.dto.js';
import { checkMayChange, checkMaySee, checkWritableFields, organizationNotFound } from './organization-rules.js';
import { OrganizationRepository, type OrganizationWithMembers } from './organization.repository.js';

/** How many of its teams an organization shows; `/v2/team/list` has them all. */
const teamsShown = 100;
const noIncrease = (): Date => new Date(0);

@Injectable()
export class OrganizationsService {
  constructor(
    private readonly writes: ManagementWrites,
    private readonly scopes: AccessScopes,
    private readonly organizations: OrganizationRepository,
    private readonly limits: LimitDefinitions,
    private readonly teamViews: TeamViews,
  ) {}

  async create(body: NewOrganizationBody, actor: Actor): Promise<OrganizationAnswer> {
    const id = body.organization_id ?? randomUUID();
    try {
      return await this.writes.run(actor, async (write) => {
        const row = await write.tx.organization.create({
          data: {
            id,
            alias: body.organization_alias,
            models: body.models ?? [],
            metadata: json(metadataAfter({}, body)),
            createdBy: actor.name,
            updatedBy: actor.name,
          },
        });
        await this.#writeLimits(write, id, body);
        return this.#told(write, 'organization.new', { ...row, members: [] }, undefined);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const reason = `There is an organization ${id} already. Choose another id.`;
      throw new GatewayError('conflict', { param: 'organization_id', facts: { reason }, cause: error });
    }
  }

  async update(body: UpdateOrganizationBody, actor: Actor): Promise<OrganizationAnswer> {
    const id = body.organization_id;
    const scope = await this.scopes.of(actor.principal);
    checkMayChange(scope, id);
    checkWritableFields(
      scope,
      Object.keys(body).filter((field) => body[field] !== undefined),
    );
    return this.writes.run(actor, async (write) => {
      const row = await this.organizations.lock(write.tx, id, actor.name);
      if (!row) throw organizationNotFound(id);
      const [before] = await this.organizations.views(write.tx, [row]);
      const after = await write.tx.organization.update({
        where: { id },
        data: {
          ...(body.organization_alias !== undefined && { alias: body.organization_alias }),
          ...(body.models !== undefined && { models: body.models ?? [] }),
          metadata: json(metadataAfter(row.metadata as Record<string, unknown>, body)),
        },
      });
      await this.#writeLimits(write, id, body);
      return this.#told(write, 'organization.update', { ...after, members: row.members }, before);
    });
  }

  async info(id: string, principal: Principal): Promise<object> {
    const scope = await this.scopes.of(principal);
    checkMaySee(scope, id);
    return this.organizations.read(async (client) => {
      const row = await this.organizations.find(client, id);
      if (!row) throw organizationNotFound(id);
      const [shown] = await this.#withMembers(client, [row], principal.userId, () => this.#seesAll(scope, id));
      return shown as object;
    });
  }

  async list(query: OrganizationListQuery, principal: Principal): Promise<object[]> {
    const scope = await this.scopes.of(principal);
    return this.organizations.read(async (client) => {
      const rows = await this.organizations.page(client, scope, query);
      return this.#withMembers(client, rows, principal.userId, (id) => this.#seesAll(scope, id));
    });
  }

  #seesAll(scope: Parameters<typeof mayChangeOrganization>[0], id: string): boolean {
    return scope.everything !== 'none' || scope.administeredOrganizations.has(id);
  }

  /** Members who are no admins see nobody but themselves, and the teams that they are in. */
  async #withMembers(
    client: DatabaseClient,
    rows: readonly OrganizationWithMembers[],
    userId: string | undefined,
    seesAll: (id: string) => boolean,
  ): Promise<object[]> {
    const views = await this.organizations.views(client, rows);
    const shown: object[] = [];
    for (const [at, { id, members }] of rows.entries()) {
      const all = seesAll(id);
      const teams = await client.team.findMany({
        where: { organizationId: id, ...(!all && { members: { some: { userId: userId ?? '' } } }) },
        include: { members: true },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        take: teamsShown,
      });
      const visible = all ? members : members.filter((member) => member.userId === userId);
      shown.push({
        ...views[at],
        members: await this.organizations.memberViews(client, visible),
        teams: await this.teamViews.all(client, teams),
      });
    }
    return shown;
  }

  async #writeLimits(
    write: ManagementWrite,
    id: string,
    body: NewOrganizationBody | UpdateOrganizationBody,
  ): Promise<void> {
    const patch = limitPatchOf(body, noIncrease);
    if (isEmptyPatch(patch)) return;
    await checkBudgetExists(write.tx, patch.budgetId);
    const owner = ownerOf('organization', id);
    await this.limits.write(write.tx, owner, patch);
    write.changed(limitsTopic, owner);
  }

  async #told(
    { tx, audit, changed }: ManagementWrite,
    action: string,
    row: OrganizationWithMembers,
    before: OrganizationAnswer | undefined,
  ): Promise<OrganizationAnswer> {
    const [after] = await this.organizations.views(tx, [row]);
    audit({ action, objectKind: 'organization', objectId: row.id, before, after });
    changed(organizationTopic, row.id);
    return after as OrganizationAnswer;
  }
}
