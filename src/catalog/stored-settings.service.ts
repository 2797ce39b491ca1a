/** Keeps the settings of the database in force over those of the file: at start, and whenever the change feed tells of another. */
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ConfigError, describeProblem, isError, type ConfigProblem } from '../config/config-problem.js';
import { whyFileOnly } from '../config/file-only-settings.js';
import type { GatewayConfig } from '../config/gateway-config.js';
import { overlayFile, type OverlaySetting } from '../config/settings-overlay.js';
import { SettingsReader } from '../config/settings-reader.js';
import { SettingsService } from '../config/settings.service.js';
import { configTopic } from '../database/change-topics.js';
import { ChangeFeedPoller } from '../database/change-feed.poller.js';
import { Rereading } from './rereading.js';
import { StoredSettingRepository, type StoredSetting } from './stored-setting.repository.js';

@Injectable()
export class StoredSettings implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Settings');
  private unsubscribe: (() => void) | undefined;
  private readonly rereading = new Rereading(
    async () => this.put(await this.repository.list()),
    (reason) => this.logger.warn(`The settings of the database cannot be read (${reason}); what was in force stays.`),
  );
  /** What is in force, as text. */
  private applied = '[]';

  constructor(
    private readonly repository: StoredSettingRepository,
    private readonly settings: SettingsService,
    private readonly reader: SettingsReader,
    private readonly feed: ChangeFeedPoller,
  ) {}

  async onModuleInit(): Promise<void> {
    this.unsubscribe = this.feed.subscribe((events, { gap }) => {
      if (gap || events.some(({ topic }) => topic === configTopic)) void this.refresh();
    });
    await this.refresh();
  }

  onApplicationShutdown(): void {
    this.rereading.end();
    this.unsubscribe?.();
    this.unsubscribe = undefined;
  }

  /** Reads the settings of the database again and puts them into force. Never rejects: what cannot be used is logged, and the old stays. */
  refresh(): Promise<void> {
    return this.rereading.now();
  }

  private put(rows: readonly StoredSetting[]): void {
    const usable = rows.filter((row) => this.isUsable(row));
    const text = JSON.stringify(usable.map(({ section, name, value }) => [section, name, value]));
    if (text === this.applied) return;
    this.applied = text;
    const { config, faults } = this.readWith(usable);
    for (const problem of faults) this.logger.warn(describeProblem(problem));
    if (config === null) {
      this.logger.error('The settings of the database are not in force: the configuration file has errors.');
      return;
    }
    try {
      this.settings.replace(config);
      this.logger.log(`${config.overlay.length} setting(s) of the database are in force.`);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.logger.error('The settings of the database are not in force; the old ones stay.');
      for (const problem of error.problems.filter(isError)) this.logger.error(describeProblem(problem));
    }
  }

  /** A setting that does not fit (any more) is left out by itself. */
  private readWith(overlay: readonly OverlaySetting[]): {
    config: GatewayConfig | null;
    faults: readonly ConfigProblem[];
  } {
    const reading = this.reader.read(overlay);
    const faults = reading.problems.filter((problem) => isError(problem) && problem.file === overlayFile);
    const paths = faults.map(({ path }) => path);
    const rest = overlay.filter(({ section, name }) => !paths.some((path) => isBelow(path, `${section}.${name}`)));
    if (faults.length > 0 && rest.length < overlay.length) {
      const without = this.readWith(rest);
      return { config: without.config, faults: [...faults, ...without.faults] };
    }
    this.reader.overlay.replace(overlay);
    return { config: reading.config, faults };
  }

  private isUsable({ section, name, fault }: StoredSetting): boolean {
    const reason = fault ?? whyFileOnly(section, name);
    if (reason === null) return true;
    this.logger.warn(`database row ${section}.${name} of config_settings: skipped: ${reason}`);
    return false;
  }
}

function isBelow(path: string, setting: string): boolean {
  return path === setting || path.startsWith(`${setting}.`) || path.startsWith(`${setting}[`);
}
