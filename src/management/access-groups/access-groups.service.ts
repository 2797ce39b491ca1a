/** Makes, changes, shows and deletes access groups: names that stand for several models. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../../config/ports.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock } from '../../core/spec/clock.js';
import { accessGroupTopic } from '../../database/change-topics.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import type { AccessGroup } from '../../database/database-client.js';
import { json } from '../teams/stored-team.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites, type ManagementWrite } from '../writes/management-writes.service.js';
import type { GroupAnswer, GroupListQuery, NewGroupBody, UpdateGroupBody } from './access-group.dto.js';
import { AccessGroupRepository, type GroupKey } from './access-group.repository.js';
import { followGroup, settingsOf } from './assignments.js';

@Injectable()
export class AccessGroupsService {
  constructor(
    private readonly writes: ManagementWrites,
    private readonly groups: AccessGroupRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  create(body: NewGroupBody, actor: Actor): Promise<GroupAnswer> {
    const settings = { assigned_team_ids: body.assigned_team_ids ?? [], assigned_key_ids: body.assigned_key_ids ?? [] };
    return this.#run(actor, body.access_group_name, async (write) => {
      const group = await write.tx.accessGroup.create({
        data: {
          id: randomUUID(),
          name: body.access_group_name,
          description: body.description ?? null,
          models: body.access_model_names ?? [],
          settings,
          createdBy: actor.name,
          updatedBy: actor.name,
        },
      });
      await followGroup(write, group.id, {}, settings);
      return this.#told(write, 'access_group.new', group, undefined);
    });
  }

  update(key: GroupKey, body: UpdateGroupBody, actor: Actor): Promise<GroupAnswer> {
    return this.#run(actor, body.access_group_name ?? '', async (write) => {
      const group = await this.groups.lock(write.tx, key, actor.name);
      if (!group) throw groupNotFound(key);
      const [before] = await this.groups.views(write.tx, [group]);
      const settings = settingsOf(group);
      const next = {
        assigned_team_ids:
          body.assigned_team_ids === undefined ? (settings.assigned_team_ids ?? []) : (body.assigned_team_ids ?? []),
        assigned_key_ids:
          body.assigned_key_ids === undefined ? (settings.assigned_key_ids ?? []) : (body.assigned_key_ids ?? []),
      };
      const after = await write.tx.accessGroup.update({
        where: { id: group.id },
        data: {
          ...(body.access_group_name !== undefined && { name: body.access_group_name }),
          ...(body.description !== undefined && { description: body.description }),
          ...(body.access_model_names !== undefined && { models: body.access_model_names ?? [] }),
          settings: json(next),
        },
      });
      await followGroup(write, group.id, settings, next);
      return this.#told(write, 'access_group.update', after, before);
    });
  }

  /** Teams and keys that had it lose what it gave them. */
  delete(key: GroupKey, actor: Actor): Promise<GroupAnswer> {
    const at = new Date(this.clock.now());
    return this.writes.run(actor, async (write) => {
      const { tx, audit, changed } = write;
      const group = await this.groups.lock(tx, key, actor.name);
      const [before] = group ? await this.groups.views(tx, [group]) : [];
      if (!group || !before) throw groupNotFound(key);
      await followGroup(write, group.id, settingsOf(group), {});
      const data = { kind: 'access_group', id: group.id, alias: group.name, data: json(before) };
      await tx.deletedObject.create({ data: { ...data, deletedAt: at, deletedBy: actor.name } });
      await tx.accessGroup.delete({ where: { id: group.id } });
      audit({ action: 'access_group.delete', objectKind: 'access_group', objectId: group.id, before });
      changed(accessGroupTopic, group.id);
      return before;
    });
  }

  async get(key: GroupKey): Promise<GroupAnswer> {
    return this.groups.read(async (client) => {
      const group = await this.groups.find(client, key);
      const [view] = group ? await this.groups.views(client, [group]) : [];
      if (!view) throw groupNotFound(key);
      return view;
    });
  }

  list(query: GroupListQuery): Promise<GroupAnswer[]> {
    return this.groups.read(async (client) => this.groups.views(client, await this.groups.page(client, query)));
  }

  async #run(actor: Actor, name: string, work: (write: ManagementWrite) => Promise<GroupAnswer>): Promise<GroupAnswer> {
    try {
      return await this.writes.run(actor, work);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const reason = `Access group '${name}' already exists. Choose another name, or update it.`;
      throw new GatewayError('conflict', { param: 'access_group_name', facts: { reason }, cause: error });
    }
  }

  async #told(
    { tx, audit, changed }: ManagementWrite,
    action: string,
    group: AccessGroup,
    before: GroupAnswer | undefined,
  ): Promise<GroupAnswer> {
    const [after] = await this.groups.views(tx, [group]);
    audit({ action, objectKind: 'access_group', objectId: group.id, before, after });
    changed(accessGroupTopic, group.id);
    return after as GroupAnswer;
  }
}

function groupNotFound(key: GroupKey): GatewayError {
  const called = 'id' in key ? key.id : key.name;
  const reason = `Access group '${called}' not found`;
  return new GatewayError('object_not_found', { param: 'access_group', facts: { reason } });
}
