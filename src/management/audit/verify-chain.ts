/** Checks the audit log's chain from an entry to its end, and names the first entry that is not as it was written. */
import type { AuditEntry } from '../../database/database-client.js';
import { chainStart, entryHash } from './entry-hash.js';

export interface AuditHeadState {
  readonly sequence: bigint;
  readonly hash: string;
}

/** What the check reads: entries in the order of their sequences, and the log's end. */
export interface ChainSource {
  /** Null before the first entry. */
  head(): Promise<AuditHeadState | null>;
  /** At most `limit` entries after a sequence. */
  readAfter(sequence: bigint, limit: number): Promise<readonly AuditEntry[]>;
}

export type ChainFault = 'altered' | 'removed' | 'inserted' | 'reordered' | 'head';

export type ChainReport =
  | { readonly holds: true; readonly entries: bigint; readonly head: AuditHeadState }
  | { readonly holds: false; readonly fault: ChainFault; readonly sequence: bigint; readonly reason: string };

export interface VerifyOptions {
  /** The first entry to check; the one before it is taken as it stands. */
  readonly from?: bigint;
  /** An end of the log that was noted elsewhere, such as in an exported checkpoint: the log must hold this very entry. */
  readonly expected?: AuditHeadState;
  readonly pageSize?: number;
}

/** Of an entry that does not fit: how far around its place its true one is looked for. */
const searchedPlaces = 1_000n;

/** Reads in pages; entries that are written meanwhile are checked too. */
export async function verifyChain(source: ChainSource, options: VerifyOptions = {}): Promise<ChainReport> {
  const { from = 1n, expected, pageSize = 500 } = options;
  const before = from > 1n ? (await source.readAfter(from - 2n, 1))[0] : undefined;
  if (from > 1n && before?.sequence !== from - 1n) {
    return fault('removed', from - 1n, `Entry ${from - 1n}, which entry ${from} follows, is not there.`);
  }
  let last: AuditHeadState = before ?? { sequence: 0n, hash: chainStart };
  for (;;) {
    const page = await source.readAfter(last.sequence, pageSize);
    // The head comes after the entries: it can only be ahead of them.
    const head = (await source.head()) ?? { sequence: 0n, hash: chainStart };
    for (const [index, entry] of page.entries()) {
      if (!follows(entry, last, head)) {
        return faultOf(entry, last, page[index + 1] ?? (await source.readAfter(entry.sequence, 1))[0], head);
      }
      if (entry.sequence === expected?.sequence && entry.hash !== expected.hash) {
        return fault('altered', entry.sequence, `Entry ${entry.sequence} has another hash than the one expected.`);
      }
      last = entry;
    }
    if (page.length > 0) continue;
    return endOf(last, head, from, expected);
  }
}

function endOf(last: AuditHeadState, head: AuditHeadState, from: bigint, expected?: AuditHeadState): ChainReport {
  if (last.sequence < head.sequence) {
    return fault(
      'removed',
      last.sequence + 1n,
      `The log's end is entry ${head.sequence}; it ends with ${last.sequence}.`,
    );
  }
  if (last.hash !== head.hash) {
    return fault(
      'head',
      last.sequence,
      `The log's end does not have the hash of entry ${last.sequence}, the last one.`,
    );
  }
  if (expected && expected.sequence > head.sequence) {
    return fault(
      'removed',
      head.sequence + 1n,
      `Entry ${expected.sequence} is expected; the log ends with ${head.sequence}.`,
    );
  }
  return { holds: true, entries: last.sequence - from + 1n, head };
}

function follows(entry: AuditEntry, last: AuditHeadState, head: AuditHeadState): boolean {
  const isNext = entry.sequence === last.sequence + 1n && entry.previous === last.hash;
  return isNext && entryHash(entry) === entry.hash && entry.sequence <= head.sequence;
}

function faultOf(
  entry: AuditEntry,
  last: AuditHeadState,
  next: AuditEntry | undefined,
  head: AuditHeadState,
): ChainReport {
  const place = last.sequence + 1n;
  if (entry.sequence !== place) {
    return fault('removed', place, `Entry ${place} is not there; entry ${entry.sequence} comes next.`);
  }
  if (entryHash(entry) !== entry.hash) return faultOfHash(entry, next);
  if (entry.previous !== last.hash) {
    return fault(
      'altered',
      place - 1n,
      `Entry ${place} follows another entry than the one that stands as ${place - 1n}: that one was replaced.`,
    );
  }
  return fault('inserted', place, `The log's end is entry ${head.sequence}; entry ${place} stands behind it.`);
}

/** An entry whose hash is another one's place's tells what was done: the hash covers the sequence. */
function faultOfHash(entry: AuditEntry, next: AuditEntry | undefined): ChainReport {
  const { sequence } = entry;
  const home = placeOf(entry);
  const homeOfNext = next && placeOf(next);
  if (home === null && homeOfNext === sequence) {
    return fault('inserted', sequence, `Entry ${sequence} was inserted; what was ${sequence} stands behind it.`);
  }
  if (home === null)
    return fault('altered', sequence, `Entry ${sequence} does not have the hash that it was written with.`);
  const isShifted = next === undefined || homeOfNext === home + 1n;
  if (isShifted && home > sequence) {
    return fault('removed', sequence, `What was entry ${sequence} is not there; entry ${home} stands in its place.`);
  }
  if (isShifted) return fault('inserted', home, `Entry ${home} was inserted; what was ${home} stands as ${sequence}.`);
  return fault('reordered', sequence, `In the place of entry ${sequence} stands what was written as entry ${home}.`);
}

/** The sequence under which an entry was written; null where it is none near its place. */
function placeOf(entry: AuditEntry): bigint | null {
  for (let distance = 0n; distance <= searchedPlaces; distance += 1n) {
    for (const sequence of [entry.sequence + distance, entry.sequence - distance]) {
      if (sequence > 0n && entryHash({ ...entry, sequence }) === entry.hash) return sequence;
    }
  }
  return null;
}

function fault(kind: ChainFault, sequence: bigint, reason: string): ChainReport {
  return { holds: false, fault: kind, sequence, reason };
}
