/** Shows tags with what they may spend and have spent. */
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Tag } from '../../database/database-client.js';
import { DatabaseService } from '../../database/database.service.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { ownerOf } from '../../limits/definitions/owner.js';
import { tagView, usedTagView, type TagAnswer, type TagListQuery } from './tag.dto.js';
import { TagRepository } from './tag.repository.js';

/** Of tags that requests had without anybody having declared them. */
const mostUsed = 1_000;

@Injectable()
export class TagReads {
  constructor(
    private readonly tags: TagRepository,
    private readonly limits: LimitDefinitions,
    private readonly database: DatabaseService,
  ) {}

  /** @throws GatewayError `object_not_found` that names those that are missing */
  async info(names: readonly string[]): Promise<Readonly<Record<string, TagAnswer>>> {
    const rows = await this.tags.findMany(names);
    const found = new Set(rows.map(({ name }) => name));
    const missing = names.filter((name) => !found.has(name));
    if (missing.length > 0) {
      const reason = `Tags not found: ${missing.slice(0, 10).join(', ')}`;
      throw new GatewayError('object_not_found', { param: 'names', facts: { reason } });
    }
    return Object.fromEntries((await this.#views(rows)).map((view) => [view.name, view]));
  }

  /** Declared ones by pages; on the first page after them those that requests had between the dates. */
  async list({ page, page_size: pageSize, start_date: start, end_date: end }: TagListQuery): Promise<TagAnswer[]> {
    const declared = await this.#views(await this.tags.page(page, pageSize));
    if (start === undefined || end === undefined || page > 1) return declared;
    const used = await this.tags.usedBetween(start, end, mostUsed);
    const known = new Set((await this.tags.findMany(used)).map(({ name }) => name));
    return [...declared, ...used.filter((name) => !known.has(name)).map(usedTagView)];
  }

  async #views(rows: readonly Tag[]): Promise<TagAnswer[]> {
    const owners = rows.map(({ name }) => ownerOf('tag', name));
    const states = await this.database.run((client) => this.limits.read(client, owners));
    return rows.map((row) => tagView(row, states.get(ownerOf('tag', row.name))));
  }
}
