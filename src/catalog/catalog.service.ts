/** Holds the one live snapshot of what is served, made from the configuration and what the database has of models, credentials and guardrails. */
import { Inject, Injectable, Logger, Optional, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ConfigError, describeProblem, isError, warningAt, type ConfigProblem } from '../config/config-problem.js';
import type { GatewayConfig } from '../config/gateway-config.js';
import { SettingsService } from '../config/settings.service.js';
import type { ProviderRegistry } from '../core/spec/provider.js';
import { credentialTopic, guardrailTopic, modelsTopic } from '../database/change-topics.js';
import { ChangeFeedPoller } from '../database/change-feed.poller.js';
import { buildSnapshot } from './build-snapshot.js';
import { findGuardrailFaults, findRowFaults, type RowFault } from './row-faults.js';
import type { CatalogSnapshot } from './catalog-snapshot.js';
import {
  CONFIG_MODEL_SOURCE,
  noStoredParts,
  STORED_PARTS_SOURCE,
  type ConfigModelRow,
  type ConfigModelSource,
  type StoredGuardrail,
  type StoredParts,
  type StoredPartsSource,
} from './config-model-source.js';
import { PROVIDER_REGISTRY } from './provider-registry.token.js';
import { Rereading } from './rereading.js';

/** What another room finds wrong in a snapshot that is not in use yet. An error keeps it from being used. */
export type SnapshotCheck = (snapshot: CatalogSnapshot) => readonly ConfigProblem[];

const topics: ReadonlySet<string> = new Set([modelsTopic, credentialTopic, guardrailTopic]);

@Injectable()
export class CatalogService implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Catalog');
  private readonly unsubscribe: (() => void)[] = [];
  private snapshot: CatalogSnapshot;
  private rows: readonly ConfigModelRow[] = [];
  private stored: StoredParts = noStoredParts;
  private readonly checks = new Set<SnapshotCheck>();
  private warned = new Set<string>();
  private readonly rereading = new Rereading(
    () => this.readRows(),
    (reason) =>
      this.warnOnce(
        `The models, credentials and guardrails of the database cannot be read (${reason}); the last known ones stay.`,
      ),
  );

  /** @throws ConfigError where the configuration names what does not exist */
  constructor(
    private readonly settings: SettingsService,
    @Inject(PROVIDER_REGISTRY) private readonly registry: ProviderRegistry,
    @Optional() @Inject(CONFIG_MODEL_SOURCE) private readonly source?: ConfigModelSource,
    @Optional() private readonly feed?: ChangeFeedPoller,
    @Optional() @Inject(STORED_PARTS_SOURCE) private readonly parts?: StoredPartsSource,
  ) {
    this.snapshot = this.build(settings.current(), 1);
    this.unsubscribe.push(settings.onChange((next) => this.prepare(next)));
  }

  /** What is served now. Keep the result for as long as one request lasts. */
  current(): CatalogSnapshot {
    return this.snapshot;
  }

  async onModuleInit(): Promise<void> {
    if (!this.readsModels && this.parts === undefined) return;
    const stop = this.feed?.subscribe((events, { gap }) => {
      if (gap || events.some(({ topic }) => topics.has(topic))) void this.refresh();
    });
    if (stop !== undefined) this.unsubscribe.push(stop);
    await this.refresh();
  }

  /** What would keep a row from being served, as the warnings about stored rows say it; empty where nothing does. */
  findFaults(row: ConfigModelRow): readonly RowFault[] {
    return findRowFaults(row, this.settings.current(), this.registry, this.stored.credentials);
  }

  /** What would keep a stored guardrail from working. */
  findGuardrailFaults(row: StoredGuardrail): readonly RowFault[] {
    return findGuardrailFaults(row, () => {
      const stored = { ...this.stored, guardrails: [row] };
      const { snapshot } = buildSnapshot(this.settings.current(), this.registry, this.rows, 0, stored);
      return this.check(snapshot);
    });
  }

  /** What keeps a configuration from being served. */
  findErrors(config: GatewayConfig): readonly ConfigProblem[] {
    const { snapshot, problems } = buildSnapshot(config, this.registry, this.rows, 0, this.stored);
    return [...problems, ...this.check(snapshot)].filter(isError);
  }

  private get readsModels(): boolean {
    return this.source !== undefined && this.settings.general.storeModelInDb;
  }

  onApplicationShutdown(): void {
    this.rereading.end();
    for (const stop of this.unsubscribe.splice(0)) stop();
  }

  /**
   * Reads the database's models again. Never rejects: while the database is away the last known models stay, and it is
   * tried again each second. A call during a reading leads to one more.
   */
  refresh(): Promise<void> {
    return this.rereading.now();
  }

  private async readRows(): Promise<void> {
    const rows = this.readsModels ? await this.source?.list() : undefined;
    this.stored = (await this.parts?.list()) ?? noStoredParts;
    this.rows = rows ?? [];
    this.snapshot = this.build(this.settings.current(), this.snapshot.version + 1, 'rows');
  }

  private prepare(next: GatewayConfig): () => void {
    const snapshot = this.build(next, this.snapshot.version + 1);
    return () => {
      this.snapshot = snapshot;
    };
  }

  /**
   * Looks at what is served now, and from then on at each snapshot before it is used.
   *
   * @returns what ends it
   * @throws ConfigError where what is served now must not be
   */
  addCheck(check: SnapshotCheck): () => void {
    const problems = check(this.snapshot);
    if (problems.some(isError)) throw new ConfigError(problems);
    for (const problem of problems) this.warnOnce(describeProblem(problem));
    this.checks.add(check);
    return () => this.checks.delete(check);
  }

  private check(snapshot: CatalogSnapshot): readonly ConfigProblem[] {
    return [...this.checks].flatMap((check) => check(snapshot));
  }

  /** @param because of rows, nothing that the file has always said is a reason to go on without what is new in the database */
  private build(config: GatewayConfig, version: number, because: 'file' | 'rows' = 'file'): CatalogSnapshot {
    const { snapshot, problems: found } = buildSnapshot(config, this.registry, this.rows, version, this.stored);
    const checked = this.check(snapshot);
    const problems = [
      ...found,
      ...(because === 'file' ? checked : checked.map((problem) => warningAt(problem, problem.message))),
    ];
    if (problems.some(isError)) throw new ConfigError(problems);
    const warnings = problems.map(describeProblem);
    for (const warning of warnings) this.warnOnce(warning);
    // What is mended and breaks again is worth another line.
    this.warned = new Set(warnings);
    return snapshot;
  }

  private warnOnce(warning: string): void {
    if (!this.warned.has(warning)) this.logger.warn(warning);
    this.warned.add(warning);
  }
}
