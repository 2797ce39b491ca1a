/** Runs the export for as long as the feature is on: one loop for each sink. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { UpstreamConnections } from '#src/clients/upstream-connections.service.js';
import { CLOCK } from '#src/config/ports.js';
import { SettingsService } from '#src/config/settings.service.js';
import type { Clock } from '#src/core/spec/clock.js';
import { Egress } from '#src/core/transport/egress.js';
import { AuditRepository } from '#src/management/audit/audit.repository.js';
import { FeatureBoard } from '../licence/feature-board.js';
import { ExportCursors } from './export-cursors.repository.js';
import { ExportLoop } from './export-loop.js';
import { ExportSettingsError, readExportSettings, type ExportSettings } from './export-settings.js';
import { Exporter, type ExporterState } from './exporter.js';
import type { AuditSink } from './sink.js';
import { S3Sink } from './sinks/s3-sink.js';
import { SyslogSink } from './sinks/syslog-sink.js';
import { WebhookSink } from './sinks/webhook-sink.js';

/** What the export reads and writes. */
@Injectable()
export class ExportStores {
  constructor(
    readonly source: AuditRepository,
    readonly cursors: ExportCursors,
  ) {}
}

@Injectable()
export class AuditExportService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('AuditExport');
  readonly #holder = randomUUID();
  #loops: readonly ExportLoop[] = [];

  constructor(
    private readonly board: FeatureBoard,
    private readonly settings: SettingsService,
    private readonly connections: UpstreamConnections,
    private readonly stores: ExportStores,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Whatever is wrong with the licence or the settings: the gateway starts, and says what does not work. */
  onApplicationBootstrap(): void {
    if (!this.board.isOn('audit_export')) return;
    try {
      this.#start(readExportSettings(this.settings.current().environment));
    } catch (error) {
      if (!(error instanceof ExportSettingsError)) throw error;
      this.board.reportFault('audit_export', error.message);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.stop()));
  }

  states(): ExporterState[] {
    return this.#loops.map((loop) => loop.state);
  }

  #start(settings: ExportSettings): void {
    const { signingKey, checkpoints } = settings;
    this.#loops = this.#sinks(settings).map((sink) => {
      const parts = { sink, ...this.stores, clock: this.clock, holder: this.#holder, signingKey, checkpoints };
      return new ExportLoop(new Exporter(parts), () => this.board.isOn('audit_export'), this.#logger);
    });
    for (const loop of this.#loops) loop.start();
  }

  #sinks({ syslog, webhook, s3 }: ExportSettings): AuditSink[] {
    const dispatcherTo = (origin: string) => this.connections.dispatcherTo(origin, 'operator');
    const egress = (): Egress => new Egress(this.settings.general.egress);
    return [
      ...(syslog ? [new SyslogSink({ ...syslog, hostname: hostname() }, egress)] : []),
      ...(webhook ? [new WebhookSink(webhook, dispatcherTo, this.clock)] : []),
      ...(s3 ? [new S3Sink(s3, dispatcherTo, this.clock)] : []),
    ];
  }
}
