/** The guardrails that are configured, of the file and of the database, and what stands against those that were stored. */
import { createHash } from 'node:crypto';
import { warningAt, type ConfigProblem } from '../config/config-problem.js';
import { readForeignGuardrail, readGatewayPart, type GuardrailEntry } from '../config/guardrail-entry.js';
import { withoutSecretParams } from '../config/secret-params.js';
import type { StoredGuardrail } from './config-model-source.js';
import { deepFreeze } from './deep-freeze.js';

export interface GuardrailDefinition extends GuardrailEntry {
  readonly id: string;
  readonly source: 'file' | 'database';
  /** Why it cannot do its work, though it stands in the database: requests are treated as where its service is away. */
  readonly fault?: string;
}

export interface GuardrailReading {
  /** In the order of the file, then of the rows. */
  readonly definitions: readonly GuardrailDefinition[];
  /** Warnings: what stands in the database stops nothing. */
  readonly problems: readonly ConfigProblem[];
}

export function readGuardrailDefinitions(
  ofFile: readonly GuardrailEntry[],
  rows: readonly StoredGuardrail[],
): GuardrailReading {
  if (ofFile.length === 0 && rows.length === 0) return none;
  const names = new Set(ofFile.map(({ name }) => name));
  const problems: ConfigProblem[] = [];
  const stored = rows.flatMap((row) => {
    const source = guardrailRowName(row.id);
    const skip = (why: string): never[] => {
      problems.push(warningAt({ file: source, line: 0, path: '' }, why));
      return [];
    };
    if (names.has(row.name)) return skip('skipped: a guardrail of the configuration file has the same name.');
    const { entry, fault } = readStored(row, source);
    // What protects must not go away unseen because a part of it cannot be read.
    if (fault !== undefined) skip(`${cannotWork}${fault}`);
    return entry === null
      ? skip('skipped: not even its kind and its mode can be read. Delete it, and add it again.')
      : [{ ...entry, id: row.id, source: 'database' as const, ...(fault !== undefined && { fault }) }];
  });
  const definitions = [...withIds(ofFile), ...stored];
  return { definitions: deepFreeze(definitions), problems };
}

const none: GuardrailReading = { definitions: Object.freeze([]), problems: [] };

/** How warnings begin that tell of a guardrail which is in force and cannot look at anything. */
export const cannotWork = 'unable to work: ';

/** What problems call a row. */
export function guardrailRowName(id: string): string {
  return `database row ${id} of guardrails`;
}

/** The row in the shape of an entry of the file. */
export function guardrailRowValue({ name, params, info }: Pick<StoredGuardrail, 'name' | 'params' | 'info'>): unknown {
  return { guardrail_name: name, litellm_params: params, guardrail_info: info };
}

function readStored(row: StoredGuardrail, source: string): { entry: GuardrailEntry | null; fault?: string } {
  const value = guardrailRowValue(row);
  const read = row.fault === undefined ? readForeignGuardrail(value, source) : undefined;
  if (read?.entry) return { entry: read.entry };
  const reasons = read?.problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return { entry: readGatewayPart(value, source), fault: row.fault ?? reasons?.join(' ') ?? '' };
}

/** An entry of the file keeps its id while its name, its kind and its place among those of its name stay. */
function withIds(entries: readonly GuardrailEntry[]): GuardrailDefinition[] {
  const seen = new Map<string, number>();
  return entries.map((entry) => {
    const { name, type } = entry;
    const place = seen.get(name) ?? 0;
    seen.set(name, place + 1);
    const id = createHash('sha256')
      .update(JSON.stringify([name, type, place]))
      .digest('hex')
      .slice(0, idLength);
    return { ...entry, id, source: 'file' };
  });
}

const idLength = 16;

/** Stands for all that a guardrail is made of: while it stays, so does what was made. */
export function fingerprintOf({ type, source, parameters, retries, scan, fault }: GuardrailDefinition): string {
  const parts = JSON.stringify([type, source, parameters, retries, scan, fault]);
  return createHash('sha256').update(parts).digest('base64');
}

/** As management shows it: without a secret. */
export function shownGuardrail({ shownParams, info }: GuardrailDefinition): {
  readonly params: Readonly<Record<string, unknown>>;
  readonly info: Readonly<Record<string, unknown>>;
} {
  return { params: shownParams, info: withoutSecretParams(info) };
}
