/** The spend journal of this process: an append-only file that holds every begun request before its upstream is called. */
import { closeSync, fsync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Clock } from '../core/spec/index.js';
import {
  journalFolder,
  makeJournalDir,
  segmentPath,
  socketPath,
  socketRecordPath,
  unfinishedFolder,
  type JournalPosition,
} from './journal-folder.js';
import { encodeCheckpoint, encodeHeader, encodeIntent, encodeSettlement } from './journal-record.js';
import type { SpendReport } from './spend-report.js';
import type { SpendIntent, SpendOutcome, SpendProgress } from './spend-intent.js';

/** `error` is set by the journal where the intent could not be written. */
export interface IntentEntry {
  readonly kind: 'intent';
  readonly intent: SpendIntent;
  error?: GatewayError;
}

/** What one request has to say: that it is about to be sent, then how it ended. */
export type JournalEntry =
  IntentEntry | { readonly kind: 'settlement'; readonly requestId: string; readonly outcome: SpendOutcome };

export type FsyncMode = 'none' | 'interval' | 'always';

export interface JournalOptions {
  readonly journalDir: string;
  readonly journalId: string;
  /** A segment that has grown to this is followed by the next one. */
  readonly segmentBytes: number;
  /** Bytes not yet carried into the database, beyond which new intents are refused. */
  readonly maxBytes: number;
  readonly fsync: FsyncMode;
  readonly clock: Pick<Clock, 'now'>;
  readonly report: SpendReport;
}

/** The system calls through which records reach the disk; tests hand in failing ones. */
export interface JournalIo {
  write(fd: number, text: string): number;
  open(path: string): number;
}

const systemIo: JournalIo = {
  write: (fd, text) => writeSync(fd, text),
  open: (path) => openSync(path, 'a', 0o600),
};

/** Settlements that could not be written are kept up to this many; the requests behind further ones stay open in the file. */
const MAX_PENDING_SETTLEMENTS = 10_000;
const RETRY_INTERVAL_MS = 250;
const FSYNC_INTERVAL_MS = 1_000;
/** Ends a half-written record as a line that no checksum fits, so that the next record stands alone. */
const TORN_LINE_END = '!\n';

interface OpenRequest {
  /** As written, kept to be written again at the head of the next segment. */
  readonly intentLine: string;
  checkpointLine: string | undefined;
}

/**
 * Every segment begins with all requests that were open when it was started, and appears under its name as a whole. So
 * a reader needs no earlier segment than the one it stands in, and one endless stream holds no file back.
 */
export class Journal {
  readonly folder: string;
  readonly #options: JournalOptions;
  readonly #io: JournalIo;
  readonly #open = new Map<string, OpenRequest>();
  readonly #pending = new Map<string, string>();
  readonly #sealed = new Map<number, number>();
  #segment = 1;
  #offset = 0;
  #fd: number;
  #uncarriedBytes = 0;
  #torn = false;
  #dirty = false;
  #refusal: string | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #fsyncTimer: NodeJS.Timeout | undefined;

  /** Makes the journal's folder. The owner's socket must listen already: a folder without one counts as orphaned. */
  constructor(options: JournalOptions, io: JournalIo = systemIo) {
    this.#options = options;
    this.#io = io;
    const { journalDir, journalId } = options;
    this.folder = journalFolder(journalDir, journalId);
    makeJournalDir(journalDir);
    const unfinished = unfinishedFolder(journalDir, journalId);
    mkdirSync(unfinished, { mode: 0o700 });
    writeFileSync(socketRecordPath(unfinished), socketPath(journalDir, journalId), { mode: 0o600 });
    this.#fd = io.open(segmentPath(unfinished, 1));
    renameSync(unfinished, this.folder);
    this.#append(encodeHeader());
    if (options.fsync === 'interval')
      this.#fsyncTimer = setInterval(() => this.#syncLater(), FSYNC_INTERVAL_MS).unref();
  }

  get openRequests(): number {
    return this.#open.size;
  }

  get pendingSettlements(): number {
    return this.#pending.size;
  }

  get uncarriedBytes(): number {
    return this.#uncarriedBytes;
  }

  /**
   * Writes intents and settlements together, in their order. An intent that cannot be written gets its `error`; a
   * settlement that cannot be is kept and tried again. Never throws.
   */
  appendGroup(entries: readonly JournalEntry[]): void {
    const lines = new Map<JournalEntry, string>();
    for (const entry of entries) {
      const line = this.#lineOf(entry);
      if (line !== undefined) lines.set(entry, line);
    }
    let left = this.#writeLines([...lines.values()]);
    for (const [entry, line] of lines) {
      if (left-- > 0) this.#note(entry, line);
      else this.#appendAlone(entry);
    }
  }

  /** Returns once the intent is written. Throws `journal_unavailable` where it cannot be. */
  appendIntent(intent: SpendIntent): void {
    this.#admit(intent);
    const intentLine = encodeIntent(intent);
    try {
      this.#append(intentLine);
    } catch (error) {
      throw unavailable('an intent cannot be written', error);
    }
    this.#open.set(intent.requestId, { intentLine, checkpointLine: undefined });
  }

  /** Throws where no further request may be begun; begins the next segment where it is due. */
  #admit(intent: SpendIntent): void {
    if (this.#refusal !== undefined) throw unavailable(this.#refusal);
    if (this.#open.has(intent.requestId)) {
      throw new GatewayError('internal', { detail: `The request ${intent.requestId} was begun twice.` });
    }
    if (this.#uncarriedBytes >= this.#options.maxBytes) throw unavailable('journal_max_bytes is reached');
    if (this.#pending.size > 0 && !this.#writePending()) throw unavailable('earlier settlements cannot be written');
    try {
      if (this.#offset >= this.#options.segmentBytes) this.#roll();
    } catch (error) {
      throw unavailable('the next segment cannot be begun', error);
    }
  }

  /** The line to write; undefined for an intent that is refused. */
  #lineOf(entry: JournalEntry): string | undefined {
    if (entry.kind === 'settlement') return encodeSettlement(entry.requestId, entry.outcome);
    try {
      this.#admit(entry.intent);
      return encodeIntent(entry.intent);
    } catch (error) {
      entry.error = asGatewayError(error);
      return undefined;
    }
  }

  #note(entry: JournalEntry, line: string): void {
    if (entry.kind === 'intent')
      this.#open.set(entry.intent.requestId, { intentLine: line, checkpointLine: undefined });
    else this.#open.delete(entry.requestId);
  }

  #appendAlone(entry: JournalEntry): void {
    if (entry.kind === 'settlement') {
      this.appendSettlement(entry.requestId, entry.outcome);
      return;
    }
    try {
      this.appendIntent(entry.intent);
    } catch (error) {
      entry.error = asGatewayError(error);
    }
  }

  /** A checkpoint that cannot be written is dropped: the next one says more. */
  appendCheckpoint(requestId: string, progress: SpendProgress): void {
    const request = this.#open.get(requestId);
    if (!request) return;
    const checkpointLine = encodeCheckpoint(requestId, { ...progress, atMs: this.#options.clock.now() });
    try {
      this.#append(checkpointLine);
      request.checkpointLine = checkpointLine;
    } catch (error) {
      this.#options.report('warn', 'A checkpoint could not be written to the spend journal', { requestId, error });
    }
  }

  /** Never throws: a settlement that cannot be written is kept and tried again. */
  appendSettlement(requestId: string, outcome: SpendOutcome): void {
    const settlementLine = encodeSettlement(requestId, outcome);
    try {
      this.#append(settlementLine);
      this.#open.delete(requestId);
    } catch (error) {
      this.#keep(requestId, settlementLine, error);
    }
  }

  /** The database holds everything before `position`. */
  carried(position: JournalPosition): void {
    let bytes = this.#offset;
    for (const [segment, size] of this.#sealed) {
      if (segment < position.segment) this.#sealed.delete(segment);
      else bytes += size;
    }
    this.#uncarriedBytes = bytes - position.offset;
  }

  /** From now on every intent is refused with this reason; settlements are still taken. */
  refuse(reason: string): void {
    this.#refusal = reason;
  }

  /** Ends writing, after a last try for settlements still in memory. True where all requests are settled in the file. */
  close(): boolean {
    clearInterval(this.#fsyncTimer);
    clearTimeout(this.#retryTimer);
    this.#refusal = 'the journal is closed';
    const settled = this.#writePending() && this.#open.size === 0;
    if (this.#options.fsync !== 'none') fsyncSync(this.#fd);
    closeSync(this.#fd);
    return settled;
  }

  #append(line: string): void {
    const { written, wanted } = this.#write(line);
    if (written !== wanted) throw new Error(`The disk took ${written} of ${wanted} bytes`);
  }

  /** Writes lines together and returns how many of them are whole in the file. */
  #writeLines(lines: readonly string[]): number {
    if (lines.length === 0) return 0;
    const prefix = this.#torn ? TORN_LINE_END.length : 0;
    let outcome;
    try {
      outcome = this.#write(lines.join(''));
    } catch {
      // Each line is tried alone next, and says what is wrong.
      return 0;
    }
    if (outcome.written === outcome.wanted) return lines.length;
    let left = outcome.written - prefix;
    let whole = 0;
    for (const line of lines) {
      left -= Buffer.byteLength(line);
      if (left < 0) break;
      whole += 1;
      if (left === 0) this.#torn = false;
    }
    return whole;
  }

  /** One system call. A disk that is full takes a part. */
  #write(text: string): { written: number; wanted: number } {
    const line = this.#torn ? TORN_LINE_END + text : text;
    const wanted = Buffer.byteLength(line);
    const written = this.#io.write(this.#fd, line);
    this.#offset += written;
    this.#uncarriedBytes += written;
    if (written === wanted) {
      this.#torn = false;
      if (this.#options.fsync === 'always') fsyncSync(this.#fd);
      else this.#dirty = true;
    } else {
      // A second torn piece glues to the first; one line end is enough for both.
      this.#torn ||= written > 0;
    }
    return { written, wanted };
  }

  #roll(): void {
    const segment = this.#segment + 1;
    const path = segmentPath(this.folder, segment);
    const unfinished = `${path}.new`;
    let head = encodeHeader();
    for (const { intentLine, checkpointLine } of this.#open.values()) head += intentLine + (checkpointLine ?? '');
    writeFileSync(unfinished, head, { mode: 0o600, flush: this.#options.fsync !== 'none' });
    renameSync(unfinished, path);
    const fd = this.#io.open(path);
    closeSync(this.#fd);
    this.#fd = fd;
    this.#sealed.set(this.#segment, this.#offset);
    this.#segment = segment;
    this.#offset = Buffer.byteLength(head);
    this.#uncarriedBytes += this.#offset;
    this.#torn = false;
  }

  #keep(requestId: string, settlementLine: string, error: unknown): void {
    if (this.#pending.size >= MAX_PENDING_SETTLEMENTS) {
      this.#options.report(
        'error',
        'A settlement was lost: the request will be settled as if the process had crashed',
        {
          requestId,
          error,
        },
      );
      return;
    }
    if (this.#pending.size === 0) {
      this.#options.report('error', 'The spend journal cannot be written; settlements wait in memory', { error });
    }
    this.#pending.set(requestId, settlementLine);
    this.#retryTimer ??= setTimeout(() => this.#retry(), RETRY_INTERVAL_MS).unref();
  }

  #retry(): void {
    this.#retryTimer = undefined;
    if (!this.#writePending()) this.#retryTimer = setTimeout(() => this.#retry(), RETRY_INTERVAL_MS).unref();
  }

  #writePending(): boolean {
    for (const [requestId, settlementLine] of this.#pending) {
      try {
        this.#append(settlementLine);
      } catch {
        // Reported when the first settlement was kept; once a try would fill the log.
        return false;
      }
      this.#pending.delete(requestId);
      this.#open.delete(requestId);
    }
    return true;
  }

  #syncLater(): void {
    if (!this.#dirty) return;
    this.#dirty = false;
    fsync(this.#fd, (error) => {
      // EBADF: the segment was closed between the call and its turn; closing its successor syncs again.
      if (error && error.code !== 'EBADF')
        this.#options.report('error', 'fsync of the spend journal failed', { error });
    });
  }
}

function asGatewayError(error: unknown): GatewayError {
  return error instanceof GatewayError ? error : unavailable('an intent cannot be written', error);
}

function unavailable(detail: string, cause?: unknown): GatewayError {
  return new GatewayError('journal_unavailable', { detail, cause, retryAfterMs: 1_000 });
}
