/** Makes, changes, shows and deletes tags; what they may spend is counted from the requests that bear them. */
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../../config/ports.js';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { nanosFromUsd } from '../../core/pricing/money.js';
import type { Clock } from '../../core/spec/clock.js';
import { limitsTopic, tagTopic } from '../../database/change-topics.js';
import type { Tag } from '../../database/database-client.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { ownerOf, type Owner } from '../../limits/definitions/owner.js';
import { increaseEnd } from '../limit-fields/increase-end.js';
import { isEmptyPatch, limitPatchOf } from '../limit-fields/limit-fields.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites } from '../writes/management-writes.service.js';
import { tagView, type NewTagBody, type TagAnswer, type UpdateTagBody } from './tag.dto.js';
import { TagRepository } from './tag.repository.js';

export interface TagChange {
  readonly message: string;
  readonly tag: TagAnswer;
}

const owner = (name: string): Owner => ownerOf('tag', name);

@Injectable()
export class TagsService {
  constructor(
    private readonly tags: TagRepository,
    private readonly limits: LimitDefinitions,
    private readonly writes: ManagementWrites,
    private readonly settings: SettingsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async create(body: NewTagBody, actor: Actor): Promise<TagChange> {
    const { name } = body;
    this.#refuseDeclared(name);
    const patch = limitPatchOf(body, (expiry) => this.#increaseEnd(expiry));
    try {
      return await this.writes.run(actor, async ({ tx, audit, changed }) => {
        const row = await this.tags.create(tx, name, body.description ?? null, actor.name);
        const tag = tagView(row, await this.limits.write(tx, owner(name), patch));
        audit({ action: 'tag.create', objectKind: 'tag', objectId: name, after: tag });
        changed(tagTopic, name);
        changed(limitsTopic, owner(name));
        return { message: `Tag ${name} created successfully`, tag };
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw refused(`Tag ${name} already exists. Change it by /tag/update.`, error);
    }
  }

  update(body: UpdateTagBody, actor: Actor): Promise<TagChange> {
    const { name, spend } = body;
    this.#refuseDeclared(name);
    const patch = limitPatchOf(body, (expiry) => this.#increaseEnd(expiry));
    return this.writes.run(actor, async ({ tx, audit, changed }) => {
      const row = await this.#get(tx, name);
      const before = tagView(row, (await this.limits.read(tx, [owner(name)])).get(owner(name)));
      const updated = await this.tags.update(tx, name, body.description, actor.name);
      if (!isEmptyPatch(patch)) await this.limits.write(tx, owner(name), patch);
      if (typeof spend === 'number') await this.limits.resetSpend(tx, owner(name), nanosFromUsd(spend));
      const tag = tagView(updated, (await this.limits.read(tx, [owner(name)])).get(owner(name)));
      audit({ action: 'tag.update', objectKind: 'tag', objectId: name, before, after: tag });
      changed(tagTopic, name);
      changed(limitsTopic, owner(name));
      return { message: `Tag ${name} updated successfully`, tag };
    });
  }

  delete(name: string, actor: Actor): Promise<{ readonly message: string }> {
    this.#refuseDeclared(name);
    return this.writes.run(actor, async ({ tx, audit, changed }) => {
      const row = await this.#get(tx, name);
      const before = tagView(row, (await this.limits.read(tx, [owner(name)])).get(owner(name)));
      await this.tags.delete(tx, name);
      await this.limits.remove(tx, [owner(name)]);
      audit({ action: 'tag.delete', objectKind: 'tag', objectId: name, before });
      changed(tagTopic, name);
      changed(limitsTopic, owner(name));
      return { message: `Tag ${name} deleted successfully` };
    });
  }

  async #get(tx: Parameters<TagRepository['find']>[0], name: string): Promise<Tag> {
    const row = await this.tags.find(tx, name);
    if (row) return row;
    throw new GatewayError('object_not_found', { param: 'name', facts: { reason: `Tag ${name} not found` } });
  }

  /** What the file says holds: a change here would be gone with the next start. */
  #refuseDeclared(name: string): void {
    if (!this.settings.current().identity.tagBudgets.has(name)) return;
    throw refused(`Tag ${name} is declared by \`litellm_settings.tag_budget_config\`. Change it in the file.`);
  }

  #increaseEnd(expiry: string): Date {
    return increaseEnd(expiry, new Date(this.clock.now()));
  }
}

function refused(reason: string, cause?: unknown): GatewayError {
  return new GatewayError('conflict', { param: 'name', facts: { reason }, cause });
}
