/** One kind of object that an import brings: how a row of LiteLLM's becomes a row here. */
import type { DatabaseClient, Prisma, TransactionClient } from '../../database/database-client.js';
import type { LimitPatch } from '../../limits/definitions/owner-limits.js';
import type { Owner } from '../../limits/definitions/owner.js';
import type { ImportSecrets } from './import-secrets.js';
import type { LiteLLMSource } from './litellm-database.js';
import type { LiteLLMRow } from './litellm-row.js';

/** An object that is to be made. */
export interface ImportItem {
  /** Tells it from others of its kind. */
  readonly id: string;
  /** As the audit log has it; holds no secret. */
  readonly shown: Readonly<Record<string, unknown>>;
  create(tx: TransactionClient): Promise<void>;
  /** Its limits, and what it has spent. */
  readonly limits?: {
    readonly owner: Owner;
    readonly patch: LimitPatch;
    readonly spentNanos: bigint;
    readonly resetAt: Date | null;
  };
  /** Whom it is held to the limits of, such as `team:<id>`: it is not brought where one of them cannot be, since it would be without these limits. */
  readonly needs?: readonly string[];
  /** The change feed's key, where it is not the id. */
  readonly feedKey?: string;
  /** What of it is not brought: members of LiteLLM's that have no counterpart, by name. */
  readonly losses: readonly string[];
}

/** What entities know of each other in the course of one import. */
export interface ImportContext {
  readonly source: LiteLLMSource;
  /** Undefined where nothing can be opened or sealed. */
  readonly secrets: ImportSecrets | undefined;
  readonly now: Date;
  /** What could not be brought and is not here, such as `budget:<id>`. */
  readonly refused: Set<string>;
  /** By budget: the models that its members may use. */
  readonly budgetModels: Map<string, readonly string[]>;
}

export interface ImportEntity {
  /** In the report. */
  readonly name: string;
  /** In the audit log. */
  readonly objectKind: string;
  readonly topic: string;
  readonly table: string;
  readonly key: readonly string[];
  /**
   * Null for a row that has nothing to bring.
   *
   * @throws NotImportable
   */
  plan(row: LiteLLMRow, context: ImportContext): ImportItem | null | Promise<ImportItem | null>;
  /** Those of the ids that are here already. */
  existing(client: DatabaseClient, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Settles what is unique beside the id; the items that are new, in their order. */
  withoutConflicts?(client: DatabaseClient, items: readonly ImportItem[]): Promise<readonly ImportItem[]>;
}

/** Who made what is imported, where LiteLLM does not say. */
export const importer = 'import';

/** Prisma's type for JSON, for values that came from JSON. */
export function json(value: object): Prisma.InputJsonObject {
  return value;
}

export function stampsOf(
  row: LiteLLMRow,
  { now }: ImportContext,
): { createdAt: Date; createdBy: string; updatedAt: Date; updatedBy: string } {
  return {
    createdAt: row.date('created_at') ?? now,
    createdBy: row.text('created_by') ?? importer,
    updatedAt: row.date('updated_at') ?? now,
    updatedBy: row.text('updated_by') ?? importer,
  };
}

/** For `needs`: those that there are. */
export function needsOf(owners: Readonly<Record<string, string | null>>): string[] {
  return Object.entries(owners).flatMap(([kind, id]) => (id === null ? [] : [`${kind}:${id}`]));
}

/** The names of those columns that ask for something. */
export function lossesOf(row: LiteLLMRow, columns: readonly string[]): string[] {
  return columns.filter((name) => asksForSomething(row.get(name)));
}

export function asksForSomething(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '' || value === '{}') return false;
  return typeof value !== 'object' || value instanceof Date || Object.keys(value).length > 0;
}
