/** Brings a LiteLLM database's objects here: a page at a time, each in one transaction with its audit entries; what is here already stays as it is. */
import { limitsTopic } from '../../database/change-topics.js';
import type { TransactionClient } from '../../database/database-client.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import type { DatabaseService } from '../../database/database.service.js';
import type { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { mainAccount } from '../../limits/definitions/owner.js';
import type { ManagementWrites } from '../writes/management-writes.service.js';
import { commandActor } from '../writes/actor.js';
import { importEntities } from './entities/index.js';
import { importer, type ImportContext, type ImportEntity, type ImportItem } from './import-entity.js';
import { ImportReport, note, type EntityReport } from './import-report.js';
import type { ImportSecrets } from './import-secrets.js';
import { hasLimits } from './limits-of-row.js';
import type { LiteLLMSource } from './litellm-database.js';
import type { LiteLLMRow } from './litellm-row.js';
import { NotImportable } from './not-importable.js';

export interface ImportParts {
  readonly source: LiteLLMSource;
  readonly database: DatabaseService;
  readonly writes: ManagementWrites;
  readonly limits: LimitDefinitions;
  readonly secrets: ImportSecrets | undefined;
  readonly now: Date;
}

/** Of a page: so many objects share a transaction, which others wait for. */
const mostAtOnce = 50;
const actor = commandActor(importer);

export class LiteLLMImport {
  readonly #report = new ImportReport();
  readonly #context: ImportContext;

  constructor(
    private readonly parts: ImportParts,
    private readonly dryRun: boolean,
  ) {
    const { source, secrets, now } = parts;
    this.#context = { source, secrets, now, refused: new Set(), budgetModels: new Map() };
  }

  /** May be run again after whatever went wrong: it goes on with what is missing. */
  async run(): Promise<ImportReport> {
    for (const entity of importEntities()) await this.#bring(entity);
    return this.#report;
  }

  async #bring(entity: ImportEntity): Promise<void> {
    const { source } = this.parts;
    if (!(await source.has(entity.table))) return;
    const report = this.#report.begin(entity.name);
    for await (const page of source.pages(entity.table, entity.key)) {
      const items: ImportItem[] = [];
      for (const row of page) items.push(...(await this.#plan(entity, row, report)));
      for (let at = 0; at < items.length; at += mostAtOnce) {
        await this.#bringItems(entity, items.slice(at, at + mostAtOnce), report);
      }
    }
  }

  async #plan(entity: ImportEntity, row: LiteLLMRow, report: EntityReport): Promise<ImportItem[]> {
    try {
      const item = await entity.plan(row, this.#context);
      const budget = item?.limits?.patch.budgetId;
      const needs = [...(item?.needs ?? []), ...(budget == null ? [] : [`budget:${budget}`])];
      const missing = needs.find((need) => this.#context.refused.has(need));
      if (missing !== undefined) throw new NotImportable(`its ${missing.replace(':', ' ')} was not brought`);
      return item ? [item] : [];
    } catch (error) {
      if (!(error instanceof NotImportable)) throw error;
      await this.#refuse(entity, row, error.message, report);
      return [];
    }
  }

  /** What somebody has made here by hand is no longer missing. */
  async #refuse(entity: ImportEntity, row: LiteLLMRow, reason: string, report: EntityReport): Promise<void> {
    const parts = entity.key.map((name) => String(row.get(name)));
    const id = parts.length === 1 ? (parts[0] ?? '') : parts.map(encodeURIComponent).join('/');
    const known = await this.parts.database.run((client) => entity.existing(client, [id]));
    if (known.has(id)) {
      report.alreadyThere += 1;
      return;
    }
    note(report.refused, reason, id);
    this.#context.refused.add(`${entity.objectKind}:${id}`);
  }

  async #bringItems(entity: ImportEntity, items: readonly ImportItem[], report: EntityReport): Promise<void> {
    try {
      const brought = await this.#write(entity, items);
      report.created += brought.length;
      report.alreadyThere += items.length - brought.length;
      for (const { id, losses } of brought) for (const loss of losses) note(report.losses, loss, id);
    } catch (error) {
      const reason = isUniqueViolation(error) ? 'another one has its name' : null;
      if (reason === null && !(error instanceof NotImportable)) throw error;
      // Each by itself, so that one holds up no other.
      if (items.length > 1) for (const item of items) await this.#bringItems(entity, [item], report);
      else note(report.refused, reason ?? (error as NotImportable).message, items[0]?.id ?? '');
    }
  }

  /** Those that were made, or would be. */
  #write(entity: ImportEntity, items: readonly ImportItem[]): Promise<readonly ImportItem[]> {
    const { database, writes } = this.parts;
    if (this.dryRun) return database.run((client) => newItems(entity, client, items));
    return writes.run(actor, async (write) => {
      const { tx } = write;
      const made = await newItems(entity, tx, items);
      for (const item of made) {
        await item.create(tx);
        await this.#writeLimits(tx, item);
        write.audit({
          action: `${entity.objectKind}.import`,
          objectKind: entity.objectKind,
          objectId: item.id,
          after: item.shown,
        });
        write.changed(entity.topic, item.feedKey ?? item.id);
        if (item.limits) write.changed(limitsTopic, item.limits.owner);
      }
      return made;
    });
  }

  async #writeLimits(tx: TransactionClient, { limits }: ImportItem): Promise<void> {
    if (!limits) return;
    const { owner, patch, spentNanos, resetAt } = limits;
    if (hasLimits(patch)) await this.parts.limits.write(tx, owner, patch);
    if (spentNanos > 0n) await this.parts.limits.resetSpend(tx, owner, spentNanos);
    // The window that runs ends when it would have ended there.
    if (resetAt) {
      const where = { id: mainAccount(owner), duration: { not: null } };
      await tx.budgetAccount.updateMany({ where, data: { resetAt } });
    }
  }
}

async function newItems(
  entity: ImportEntity,
  client: TransactionClient,
  items: readonly ImportItem[],
): Promise<readonly ImportItem[]> {
  const known = await entity.existing(
    client,
    items.map(({ id }) => id),
  );
  const made = items.filter(({ id }) => !known.has(id));
  return entity.withoutConflicts ? entity.withoutConflicts(client, made) : made;
}
