/** Reads a journal in order, keeps which requests are open, and hands out those that have been settled. */
import { existsSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { SpendIntent } from './spend-intent.js';
import { listSegments, segmentPath, type JournalPosition } from './journal-folder.js';
import { decodeLine, FORMAT_VERSION, type Checkpoint, type JournalRecord, type Settlement } from './journal-record.js';
import type { SpendReport } from './spend-report.js';

export interface OpenIntent {
  readonly intent: SpendIntent;
  readonly checkpoint: Checkpoint | undefined;
}

export interface SettledRequest {
  readonly requestId: string;
  /** Undefined only where the intent's line is corrupt. */
  readonly intent: SpendIntent | undefined;
  readonly settlement: Settlement;
  /** Where the settlement's record ends. */
  readonly end: JournalPosition;
}

const CHUNK_BYTES = 256 * 1024;
/** What one `read` takes up at most, so that large records do not make large transactions. */
const READ_BYTES = 2 * 1024 * 1024;
const LINE_BREAK = 0x0a;
const NOTHING = Buffer.alloc(0);

/** An incomplete last line is left alone: its writer may be in the middle of it, and a later read takes it up. */
export class JournalReader {
  readonly #folder: string;
  readonly #report: SpendReport;
  readonly #open = new Map<string, OpenIntent>();
  #file: FileHandle | undefined;
  #segment: number;
  /** Of the first byte in `#buffer` that has not been taken. */
  #offset = 0;
  #buffer: Buffer = NOTHING;

  private constructor(folder: string, segment: number, report: SpendReport) {
    this.#folder = folder;
    this.#segment = segment;
    this.#report = report;
  }

  /**
   * A reader that stands at `position`, or at the journal's beginning. The requests open there are known: they are read
   * again from the segment's start.
   */
  static async at(folder: string, position: JournalPosition | null, report: SpendReport): Promise<JournalReader> {
    const segment = position?.segment ?? listSegments(folder)[0] ?? 1;
    const reader = new JournalReader(folder, segment, report);
    if (position) await reader.#replay(position.offset);
    return reader;
  }

  get position(): JournalPosition {
    return { segment: this.#segment, offset: this.#offset };
  }

  /** Begun before the reader's position and not settled there. */
  get openIntents(): ReadonlyMap<string, OpenIntent> {
    return this.#open;
  }

  /** Up to `limit` settled requests, fewer where they are large; none means that the end of what is written has been reached. */
  async read(limit: number): Promise<SettledRequest[]> {
    const settled: SettledRequest[] = [];
    let bytes = 0;
    while (settled.length < limit && (bytes < READ_BYTES || settled.length === 0)) {
      const line = this.#takeLine();
      if (line !== undefined) {
        bytes += line.length;
        this.#follow(line, settled);
      } else if (!(await this.#fill()) && !(await this.#moveOn())) break;
    }
    return settled;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #replay(offset: number): Promise<void> {
    while (this.#offset < offset) {
      const line = this.#takeLine();
      if (line !== undefined) this.#follow(line, []);
      else if (!(await this.#fill())) return;
    }
  }

  #takeLine(): string | undefined {
    const end = this.#buffer.indexOf(LINE_BREAK);
    if (end < 0) return undefined;
    const line = this.#buffer.toString('utf8', 0, end);
    this.#buffer = this.#buffer.subarray(end + 1);
    this.#offset += end + 1;
    return line;
  }

  #follow(line: string, settled: SettledRequest[]): void {
    const record = this.#decode(line);
    if (record === null) {
      const facts = { folder: this.#folder, segment: this.#segment, endOffset: this.#offset, chars: line.length };
      this.#report('error', 'A line of the spend journal is torn or corrupt and was skipped', facts);
    } else if (record.kind === 'header' && record.version !== FORMAT_VERSION) {
      throw new Error(
        `The spend journal ${this.#folder} has format ${record.version}; this version reads ${FORMAT_VERSION}`,
      );
    } else if (record.kind === 'intent') {
      const { intent } = record;
      // A segment's head repeats what is open already.
      if (!this.#open.has(intent.requestId)) this.#open.set(intent.requestId, { intent, checkpoint: undefined });
    } else if (record.kind === 'checkpoint') {
      const request = this.#open.get(record.requestId);
      if (request) this.#open.set(record.requestId, { intent: request.intent, checkpoint: record.checkpoint });
    } else if (record.kind === 'settlement') {
      const { requestId, settlement } = record;
      settled.push({ requestId, intent: this.#open.get(requestId)?.intent, settlement, end: this.position });
      this.#open.delete(requestId);
    }
  }

  #decode(line: string): JournalRecord | null {
    try {
      return decodeLine(line);
    } catch {
      // A right checksum over a wrong record: as unreadable as a torn one, and reported as such.
      return null;
    }
  }

  async #fill(): Promise<boolean> {
    if (!this.#file) {
      const path = segmentPath(this.#folder, this.#segment);
      if (!existsSync(path)) return false;
      this.#file = await open(path, 'r');
    }
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await this.#file.read(chunk, 0, CHUNK_BYTES, this.#offset + this.#buffer.length);
    if (bytesRead === 0) return false;
    const added = chunk.subarray(0, bytesRead);
    this.#buffer = this.#buffer.length === 0 ? added : Buffer.concat([this.#buffer, added]);
    return true;
  }

  async #moveOn(): Promise<boolean> {
    const next = listSegments(this.#folder).find((segment) => segment > this.#segment);
    if (next === undefined) return false;
    // Only now is this segment known to be complete: what was written before its successor appeared must still be read.
    if (await this.#fill()) return true;
    if (this.#buffer.length > 0) {
      const facts = { folder: this.#folder, segment: this.#segment, bytes: this.#buffer.length };
      this.#report('warn', 'A segment of the spend journal ends in a torn line, which was skipped', facts);
    }
    await this.close();
    this.#buffer = NOTHING;
    this.#segment = next;
    this.#offset = 0;
    return true;
  }
}
