/** The door to the ledger: every client request is begun here before its upstream is called, and settled before it ends. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Inject, Injectable, Logger, Optional, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CLOCK, RANDOM } from '../config/ports.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { systemClock, systemRandom, type Clock, type Random } from '../core/spec/index.js';
import { GroupCommit } from './group-commit.js';
import { Journal } from './journal.js';
import { journalFolder, makeJournalDir, socketPath } from './journal-folder.js';
import { OwnershipSocket } from './journal-ownership.js';
import { createRequestIds } from './request-id.js';
import type { SpendIntent, SpendOutcome, SpendProgress, SpendTicket } from './spend-intent.js';
import { PayloadStore } from './payload-store.service.js';
import { reportLine, type SpendReport } from './spend-report.js';
import { SPEND_SETTINGS, type SpendSettings } from './spend-settings.js';
import { WRITER_FACTORY, type RunningWriter, type WriterFactory } from './writer-factory.js';

export interface SpendStatus {
  readonly journalId: string;
  /** Written to the journal and not yet in the database. */
  readonly uncarriedBytes: number;
  readonly openRequests: number;
  /** Settled, but the journal could not take it yet. */
  readonly pendingSettlements: number;
  readonly writerRunning: boolean;
}

const OWNERSHIP_CHECK_MS = 2_000;
const JOURNAL_ID_BYTES = 10;

@Injectable()
export class SpendService implements OnModuleInit, OnApplicationShutdown {
  /** A UUIDv7 for one client request. */
  readonly newRequestId: () => string;

  readonly #logger = new Logger('Spend');
  readonly #report: SpendReport = (level, message, facts) => {
    this.#logger[level === 'info' ? 'log' : level](reportLine(message, facts));
  };
  readonly #settings: SpendSettings;
  readonly #createWriter: WriterFactory;
  #running:
    | { journal: Journal; commit: GroupCommit; journalId: string; socket: OwnershipSocket; writer: RunningWriter }
    | undefined;
  #ownershipTimer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(SPEND_SETTINGS) settings: SpendSettings,
    @Inject(WRITER_FACTORY) createWriter: WriterFactory,
    @Optional() @Inject(CLOCK) private readonly clock: Clock = systemClock,
    @Optional() @Inject(RANDOM) random: Random = systemRandom,
    /** What was asked and answered, where it is kept: beside the ledger, never in its way. */
    @Optional() readonly payloads?: PayloadStore,
  ) {
    this.#settings = settings;
    this.#createWriter = createWriter;
    this.newRequestId = createRequestIds(clock, random);
  }

  async onModuleInit(): Promise<void> {
    const { journalDir, segmentBytes, journalMaxBytes: maxBytes, fsync } = this.#settings;
    const journalId = randomBytes(JOURNAL_ID_BYTES).toString('hex');
    const { clock } = this;
    const report = this.#report;
    makeJournalDir(journalDir);
    const socket = new OwnershipSocket(socketPath(journalDir, journalId));
    await socket.listen();
    const journal = new Journal({ journalDir, journalId, segmentBytes, maxBytes, fsync, clock, report });
    const writer = this.#createWriter({
      settings: this.#settings,
      journalId,
      report,
      onCarried: (position) => journal.carried(position),
      onLost: () => journal.refuse('another process carries this journal'),
    });
    writer.start();
    this.#running = { journal, commit: new GroupCommit(journal), journalId, socket, writer };
    this.#ownershipTimer = setInterval(() => void this.#checkOwnership(), OWNERSHIP_CHECK_MS).unref();
  }

  /** Ends the journal; the server has answered its last request by now. */
  async onApplicationShutdown(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    clearInterval(this.#ownershipTimer);
    running.commit.flush();
    const remove = running.journal.close();
    const carried = await running.writer.stop({ remove, waitMs: this.#settings.shutdownWaitMs });
    // From here on the journal counts as orphaned, so whatever is left of it is somebody else's.
    running.socket.close();
    if (!carried)
      this.#report('warn', 'Spend rows were left in the journal; the next start writes them', {
        journalId: running.journalId,
      });
  }

  /**
   * Journals the intent; once this resolves, the request leaves exactly one row, whatever happens to the process.
   * Rejects with `GatewayError` `journal_unavailable`.
   */
  async begin(intent: SpendIntent): Promise<SpendTicket> {
    const running = this.#running;
    if (!running) throw new GatewayError('journal_unavailable', { detail: 'the journal is not open' });
    const { journal, commit } = running;
    await commit.intent(intent);
    return new JournaledTicket(intent.requestId, journal, commit, this.#report);
  }

  status(): SpendStatus {
    const running = this.#running;
    return {
      journalId: running?.journalId ?? '',
      uncarriedBytes: running?.journal.uncarriedBytes ?? 0,
      openRequests: running?.journal.openRequests ?? 0,
      pendingSettlements: running?.journal.pendingSettlements ?? 0,
      writerRunning: running?.writer.running ?? false,
    };
  }

  /** A removed socket is put back before a sibling takes it for a death; a removed journal cannot be. */
  async #checkOwnership(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    try {
      if (await running.socket.repair())
        this.#report('warn', 'The socket of the spend journal was removed; it listens again');
    } catch (error) {
      this.#report('error', 'The socket of the spend journal cannot be restored', { error });
    }
    if (!existsSync(journalFolder(this.#settings.journalDir, running.journalId))) {
      running.journal.refuse('the journal was removed or adopted while its process lives');
    }
  }
}

class JournaledTicket implements SpendTicket {
  settled = false;

  constructor(
    readonly requestId: string,
    private readonly journal: Journal,
    private readonly commit: GroupCommit,
    private readonly report: SpendReport,
  ) {}

  checkpoint(progress: SpendProgress): void {
    if (!this.settled) this.journal.appendCheckpoint(this.requestId, progress);
  }

  async settle(outcome: SpendOutcome): Promise<void> {
    if (this.settled) {
      this.report('error', 'A request was settled twice; the second settlement was ignored', {
        requestId: this.requestId,
      });
      return;
    }
    this.settled = true;
    await this.commit.settlement(this.requestId, outcome);
  }
}
