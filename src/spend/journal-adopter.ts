/** Finishes what dead processes left behind: takes their journals over, settles their unfinished requests, carries the rest. */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { JournalCarrier, type CarrierOptions } from './journal-carrier.js';
import {
  adoptedFolder,
  findSocketPath,
  journalFolder,
  listJournals,
  listSegments,
  segmentPath,
  type JournalEntry,
} from './journal-folder.js';
import { isOwnerAlive } from './journal-ownership.js';
import { JournalReader, type OpenIntent } from './journal-reader.js';
import { encodeCheckpoint, encodeHeader, encodeIntent, encodeSettlement, type Settlement } from './journal-record.js';

export interface AdopterOptions extends Omit<CarrierOptions, 'journalId' | 'folder'> {
  readonly journalDir: string;
  /** The journal of the process that adopts. */
  readonly ownId: string;
  /** Carries everything that is left; the caller sets the pace. False where it was told to stop before the end. */
  readonly drain: (carrier: JournalCarrier) => Promise<boolean>;
}

export class JournalAdopter {
  readonly #options: AdopterOptions;

  constructor(options: AdopterOptions) {
    this.#options = options;
  }

  /**
   * Looks once for journals whose owner is dead and finishes them. Throws what carrying threw, after the other journals
   * have had their turn; the next look goes on from there.
   */
  async adoptOrphans(): Promise<void> {
    const errors: unknown[] = [];
    for (const entry of listJournals(this.#options.journalDir)) {
      try {
        await this.#adopt(entry);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors);
  }

  async #adopt(entry: JournalEntry): Promise<void> {
    const { ownId } = this.#options;
    if (entry.journalId === ownId) return;
    const folder = entry.ownerId === ownId ? entry.folder : await this.#claim(entry);
    if (folder !== null) await this.#finish(entry.journalId, folder);
  }

  /** The journal's folder under the adopter's name, or null where its owner lives or somebody else was faster. */
  async #claim({ journalId, ownerId, folder }: JournalEntry): Promise<string | null> {
    const { journalDir, ownId, report } = this.#options;
    const socket = findSocketPath(journalDir, ownerId);
    if (await isOwnerAlive(socket)) return null;
    const claimed = adoptedFolder(journalDir, journalId, ownId);
    try {
      // The old name holds the dead owner's id, so of all who saw it dead exactly one finds it still there.
      renameSync(folder, claimed);
    } catch (error) {
      if (existsSync(folder)) throw error;
      return null;
    }
    if (!existsSync(journalFolder(journalDir, ownerId))) rmSync(socket, { force: true });
    report('warn', 'Adopting the spend journal of a process that ended without finishing it', { journalId });
    return claimed;
  }

  async #finish(journalId: string, folder: string): Promise<void> {
    const { store, report, setAside, drain } = this.#options;
    const recovered = await this.#settleUnfinished(journalId, folder);
    const carrier = await JournalCarrier.open({ journalId, folder, store, report, setAside });
    try {
      if (!(await drain(carrier))) return;
    } finally {
      await carrier.close();
    }
    await removeJournal(journalId, folder, store);
    report('info', 'An adopted spend journal has been carried', { journalId, recovered });
  }

  /**
   * Writes the settlements of unfinished requests as a segment of its own, which appears as a whole: an adopter that
   * dies before it leaves nothing, one that dies after it leaves nothing unfinished. Carrying begins only then.
   */
  async #settleUnfinished(journalId: string, folder: string): Promise<number> {
    const position = await this.#options.store.findPosition(journalId);
    const reader = await JournalReader.at(folder, position, ignoreReport);
    try {
      while ((await reader.read(1_000)).length > 0);
      const unfinished = [...reader.openIntents.values()];
      if (unfinished.length === 0) return 0;
      const next = (listSegments(folder).at(-1) ?? 0) + 1;
      const path = segmentPath(folder, next);
      const head = unfinished.map(encodeOpen);
      const tail = unfinished.map((open) => encodeSettlement(open.intent.requestId, recoveredSettlement(open)));
      writeFileSync(`${path}.new`, [encodeHeader(), ...head, ...tail].join(''), { mode: 0o600, flush: true });
      renameSync(`${path}.new`, path);
      return unfinished.length;
    } finally {
      await reader.close();
    }
  }
}

/**
 * Removes a journal that has been carried whole. The leases first: while its files are there, whoever comes after a crash does this
 * again. The position last: without it the files would be carried again.
 */
export async function removeJournal(
  journalId: string,
  folder: string,
  store: Pick<CarrierOptions['store'], 'releaseLeases' | 'forget'>,
): Promise<void> {
  await store.releaseLeases(journalId);
  rmSync(folder, { recursive: true, force: true });
  await store.forget(journalId);
}

/** What is known of a request whose process died: the last checkpoint, or else only what was reserved. */
function recoveredSettlement({ intent, checkpoint }: OpenIntent): Settlement {
  const spendNanos = checkpoint?.costNanos ?? intent.reservationNanos;
  const attempt = checkpoint?.attempt;
  return {
    status: 'failure',
    endedAtMs: checkpoint?.atMs ?? intent.startedAtMs,
    stream: checkpoint !== undefined,
    attempts: attempt ? [{ ...attempt, status: 'failure', costNanos: spendNanos, usage: checkpoint.usage }] : [],
    spendNanos,
    usage: checkpoint?.usage,
    usageEstimated: checkpoint && true,
    errorCode: 'recovered',
    errorMessage: 'The gateway process ended before this request did; its cost is what was known by then.',
    recovered: true,
  };
}

function encodeOpen({ intent, checkpoint }: OpenIntent): string {
  return encodeIntent(intent) + (checkpoint ? encodeCheckpoint(intent.requestId, checkpoint) : '');
}

/** Carrying reads the same lines again and reports them. */
function ignoreReport(): void {}
