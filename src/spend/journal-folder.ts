/** Where a journal's files lie, and which journals a folder holds. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A byte position in a journal: everything before it lies in earlier segments or earlier in this one. */
export interface JournalPosition {
  readonly segment: number;
  readonly offset: number;
}

/** One journal in `journal_dir`, with the process that answers for it. */
export interface JournalEntry {
  readonly journalId: string;
  /** The journal's own process, or the one that adopted it. */
  readonly ownerId: string;
  readonly folder: string;
}

// The kernel's limit for a socket's path is 108 bytes with the closing zero on Linux, 104 on macOS.
const MAX_SOCKET_PATH_BYTES = 103;
const FOLDER_NAME = /^([0-9a-z]+)(?:\.adopted-by-([0-9a-z]+))?$/;
const SEGMENT_NAME = /^(\d{8})\.log$/;
const SOCKET_FILE = 'socket';

export function journalFolder(journalDir: string, journalId: string): string {
  return join(journalDir, journalId);
}

export function adoptedFolder(journalDir: string, journalId: string, adopterId: string): string {
  return join(journalDir, `${journalId}.adopted-by-${adopterId}`);
}

/** A folder under construction, which no reader takes for a journal. */
export function unfinishedFolder(journalDir: string, journalId: string): string {
  return join(journalDir, `${journalId}.new`);
}

export function makeJournalDir(journalDir: string): void {
  mkdirSync(journalDir, { recursive: true, mode: 0o700 });
}

export function listJournals(journalDir: string): JournalEntry[] {
  return readdirSync(journalDir, { withFileTypes: true }).flatMap((entry) => {
    const [, journalId, adopterId] = FOLDER_NAME.exec(entry.name) ?? [];
    if (journalId === undefined || !entry.isDirectory()) return [];
    return [{ journalId, ownerId: adopterId ?? journalId, folder: join(journalDir, entry.name) }];
  });
}

export function segmentPath(folder: string, segment: number): string {
  return join(folder, `${String(segment).padStart(8, '0')}.log`);
}

/** The numbers of a journal's segments, ascending. */
export function listSegments(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => SEGMENT_NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

export function removeSegmentsBefore(folder: string, segment: number): void {
  for (const number of listSegments(folder)) if (number < segment) rmSync(segmentPath(folder, number), { force: true });
}

/** The name in `LedgerState.file`, and back. */
export function segmentName(segment: number): string {
  return `${String(segment).padStart(8, '0')}.log`;
}

export function segmentOfName(name: string): number {
  const digits = SEGMENT_NAME.exec(name)?.[1];
  if (digits === undefined) throw new Error(`The ledger names a journal file that is none: ${name}`);
  return Number(digits);
}

/** The owner's socket: beside the journal, or under a hash in the system's temporary folder where that path is too long. */
export function socketPath(journalDir: string, ownerId: string): string {
  const beside = join(journalDir, `${ownerId}.sock`);
  if (Buffer.byteLength(beside) <= MAX_SOCKET_PATH_BYTES) return beside;
  const hash = createHash('sha256').update(beside).digest('hex').slice(0, 32);
  return join(tmpdir(), `tollgate-${hash}.sock`);
}

/** Where the socket's path is recorded: a process with another temporary folder must find it too. */
export function socketRecordPath(folder: string): string {
  return join(folder, SOCKET_FILE);
}

/** The path that the owner recorded, or else where it would be. */
export function findSocketPath(journalDir: string, ownerId: string): string {
  try {
    return readFileSync(socketRecordPath(journalFolder(journalDir, ownerId)), 'utf8');
  } catch {
    // No record: an owner whose folder is gone, or a folder from before the record was written.
    return socketPath(journalDir, ownerId);
  }
}
