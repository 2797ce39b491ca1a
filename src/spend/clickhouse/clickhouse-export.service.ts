/** Copies the spend log to ClickHouse: what was there before in the order of ids, then piece by piece what the ledger writes. */
import { createHash } from 'node:crypto';
import {
  Inject,
  Injectable,
  Logger,
  Optional,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { UpstreamConnections } from '../../clients/upstream-connections.service.js';
import type { ClickHouseSettings } from '../../config/gateway-config.js';
import { SettingsService } from '../../config/settings.service.js';
import type { SpendLog } from '../../database/database-client.js';
import { DATABASE_RUNTIME, systemRuntime, type DatabaseRuntime } from '../../database/database-options.js';
import { DatabaseService } from '../../database/database.service.js';
import { ExportClaim } from '../export-claim.js';
import { ClickHouseError, insertRows } from './clickhouse-client.js';
import { clickHouseRow } from './clickhouse-row.js';
import { clickHouseCursor, piecePrefix } from './export-pieces.js';

/** What the cursor's position says, as JSON. */
interface Progress {
  /** The last id of the rows from before the export that has been sent; null once all have been. */
  readonly before: string | null;
  /** Pieces that are being sent: after a crash the same ones are sent again, with the same token. */
  readonly sending: readonly string[];
}

const POLL_MS = 2_000;
const LONGEST_BACKOFF_MS = 60_000;
const CLAIM_MS = 120_000;
const MOST_PIECES = 500;

@Injectable()
export class ClickHouseExportService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('ClickHouse');
  private readonly target: ClickHouseSettings | undefined;
  private readonly claim: ExportClaim;
  private cancel: (() => void) | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;
  private failures = 0;

  constructor(
    settings: SettingsService,
    private readonly database: DatabaseService,
    private readonly connections: UpstreamConnections,
    @Optional() @Inject(DATABASE_RUNTIME) private readonly runtime: DatabaseRuntime = systemRuntime,
  ) {
    this.target = settings.general.clickHouse;
    this.claim = new ExportClaim(database, runtime, clickHouseCursor, CLAIM_MS);
  }

  onApplicationBootstrap(): void {
    if (this.target) this.schedule(POLL_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    await this.running;
  }

  /**
   * Sends what waits, if no other process does. How many rows that were.
   *
   * @throws ClickHouseError, or what the connection or the database throws; the next call goes on where this one stopped
   */
  async exportWaiting(): Promise<number> {
    const { target } = this;
    if (!target || !(await this.claim.take())) return 0;
    let sent = 0;
    try {
      for (;;) {
        const rows = await this.step(target, progressOf(await this.claim.position()));
        if (rows === null || this.stopped || !(await this.claim.keep())) return sent;
        sent += rows;
      }
    } finally {
      await this.claim.release();
    }
  }

  /** Null where nothing waits. */
  private async step(target: ClickHouseSettings, progress: Progress): Promise<number | null> {
    if (progress.sending.length > 0) return this.sendPieces(target, progress, progress.sending);
    if (progress.before !== null) return this.sendBefore(target, progress, progress.before);
    const names = await this.nextPieces(target.batchRows);
    if (names.length === 0) return null;
    const next = { ...progress, sending: names };
    // On record before they are sent, so that a second try is the same insert.
    return (await this.save(next)) ? this.sendPieces(target, next, names) : null;
  }

  private async sendBefore(target: ClickHouseSettings, progress: Progress, after: string): Promise<number | null> {
    const rows = await this.database.run(({ spendLog }) =>
      spendLog.findMany({
        where: { requestId: { gt: after } },
        orderBy: { requestId: 'asc' },
        take: target.batchRows,
      }),
    );
    await this.send(target, rows, ['before', after]);
    const last = rows.length < target.batchRows ? null : (rows.at(-1)?.requestId ?? null);
    return (await this.save({ ...progress, before: last })) ? rows.length : null;
  }

  private async sendPieces(
    target: ClickHouseSettings,
    progress: Progress,
    names: readonly string[],
  ): Promise<number | null> {
    const rows = await this.rowsOf(names);
    await this.send(target, rows, names);
    await this.database.run(({ exportCursor }) => exportCursor.deleteMany({ where: { name: { in: [...names] } } }));
    return (await this.save({ ...progress, sending: [] })) ? rows.length : null;
  }

  private async nextPieces(mostRows: number): Promise<string[]> {
    const pieces = await this.database.run(({ exportCursor }) =>
      exportCursor.findMany({
        where: { name: { startsWith: piecePrefix } },
        orderBy: { name: 'asc' },
        take: MOST_PIECES,
      }),
    );
    const names: string[] = [];
    let rows = 0;
    for (const { name, position } of pieces) {
      rows += idsIn(position).length;
      if (names.length > 0 && rows > mostRows) break;
      names.push(name);
    }
    return names;
  }

  private async rowsOf(names: readonly string[]): Promise<SpendLog[]> {
    return this.database.run(async ({ exportCursor, spendLog }) => {
      const pieces = await exportCursor.findMany({ where: { name: { in: [...names] } }, orderBy: { name: 'asc' } });
      const ids = pieces.flatMap(({ position }) => idsIn(position));
      return spendLog.findMany({ where: { requestId: { in: ids } }, orderBy: { requestId: 'asc' } });
    });
  }

  /** Halves what ClickHouse cannot read until the row at fault stands alone, and goes on without it. */
  private async send(target: ClickHouseSettings, rows: readonly SpendLog[], source: readonly string[]): Promise<void> {
    if (rows.length === 0) return;
    const token = createHash('sha256')
      .update(JSON.stringify([source, rows.map(({ requestId }) => requestId)]))
      .digest('hex');
    const dispatcher = this.connections.dispatcherTo(new URL(target.url).origin, 'operator');
    try {
      await insertRows(dispatcher, target, rows.map(clickHouseRow), token);
    } catch (error) {
      if (!(error instanceof ClickHouseError) || !error.isOfData) throw error;
      const [first] = rows;
      if (rows.length === 1 && first) {
        this.logger.error(`ClickHouse does not take the row ${first.requestId}, which is left out: ${error.message}`);
        return;
      }
      const half = rows.length >> 1;
      await this.send(target, rows.slice(0, half), source);
      await this.send(target, rows.slice(half), source);
    }
  }

  private save(progress: Progress): Promise<boolean> {
    return this.claim.moveTo(JSON.stringify(progress));
  }

  private schedule(delayMs: number): void {
    this.cancel = this.runtime.timer.schedule(() => {
      this.running = this.exportWaiting()
        .then(() => this.recovered())
        .catch((error: unknown) => this.report(error))
        .then(() => {
          const backoffMs = Math.min(POLL_MS * 2 ** Math.min(this.failures, 10), LONGEST_BACKOFF_MS);
          if (!this.stopped) this.schedule(backoffMs * (0.5 + this.runtime.random() / 2));
        });
    }, delayMs);
  }

  private recovered(): void {
    if (this.failures > 0) this.logger.log('Rows are copied to ClickHouse again.');
    this.failures = 0;
  }

  /** Once for failures in a row; the rows wait in the database. */
  private report(error: unknown): void {
    if (this.failures === 0) {
      this.logger.error({ message: 'Rows cannot be copied to ClickHouse; they wait in the database.', cause: error });
    }
    this.failures += 1;
  }
}

function progressOf(position: string): Progress {
  return position === '' ? { before: '', sending: [] } : (JSON.parse(position) as Progress);
}

function idsIn(position: string): string[] {
  return JSON.parse(position) as string[];
}
