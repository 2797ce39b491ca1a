/** Deletes organizations with their teams, keys and memberships; users stay. */
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../../config/ports.js';
import type { Clock } from '../../core/spec/clock.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { ownerOf } from '../../limits/definitions/owner.js';
import { checkFewKeys, removeKeys, type Removal } from '../deletions/remove-keys.js';
import { json } from '../teams/stored-team.js';
import { TeamRemoval } from '../teams/team-removal.service.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites, type ManagementWrite } from '../writes/management-writes.service.js';
import type { OrganizationAnswer } from './organization.dto.js';
import { organizationNotFound } from './organization-rules.js';
import { OrganizationRepository } from './organization.repository.js';
import { limitsTopic, organizationTopic } from '../../database/change-topics.js';

@Injectable()
export class OrganizationDeletion {
  constructor(
    private readonly writes: ManagementWrites,
    private readonly organizations: OrganizationRepository,
    private readonly limits: LimitDefinitions,
    private readonly teams: TeamRemoval,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** All of them or none. */
  delete(ids: readonly string[], actor: Actor): Promise<OrganizationAnswer[]> {
    const removal = { by: actor.name, at: new Date(this.clock.now()) };
    return this.writes.run(actor, async (write) => {
      const deleted: OrganizationAnswer[] = [];
      for (const id of new Set(ids)) deleted.push(await this.#remove(write, id, removal));
      return deleted;
    });
  }

  async #remove(write: ManagementWrite, id: string, removal: Removal): Promise<OrganizationAnswer> {
    const { tx, audit, changed } = write;
    const row = await this.organizations.lock(tx, id, removal.by);
    const [before] = row ? await this.organizations.views(tx, [row]) : [];
    if (!row || !before) throw organizationNotFound(id);
    const teams = await tx.team.findMany({
      where: { organizationId: id },
      include: { members: true },
      orderBy: { id: 'asc' },
    });
    const within = { teamId: { in: teams.map((team) => team.id) } };
    await checkFewKeys(write, { OR: [{ organizationId: id }, within] });
    for (const team of teams) await this.teams.remove(write, team, removal);
    await removeKeys(write, this.limits, { organizationId: id }, removal);
    const data = { kind: 'organization', id, alias: row.alias, data: json(before) };
    await tx.deletedObject.create({ data: { ...data, deletedAt: removal.at, deletedBy: removal.by } });
    const owner = ownerOf('organization', id);
    await this.limits.remove(tx, [owner]);
    await tx.organizationMember.deleteMany({ where: { organizationId: id } });
    await tx.organization.delete({ where: { id } });
    audit({ action: 'organization.delete', objectKind: 'organization', objectId: id, before });
    changed(organizationTopic, id);
    changed(limitsTopic, owner);
    return before;
  }
}
