/** Reloads the configuration when one of its files changes, and on SIGHUP. */
import { realpathSync, statSync, watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import {
  Inject,
  Injectable,
  Logger,
  Optional,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ConfigError, describeProblem, isError, type ConfigProblem } from './config-problem.js';
import type { Environment } from './environment-references.js';
import type { GatewayConfig } from './gateway-config.js';
import { readConfig } from './load-config.js';
import { SettingsOverlay } from './settings-overlay.js';
import { SettingsService } from './settings.service.js';

export const CONFIG_SOURCE = Symbol('CONFIG_SOURCE');

export interface ConfigSource {
  readonly path: string;
  readonly environment: Environment;
  /** How long to wait for an editor to finish, in milliseconds. */
  readonly settleMs: number;
}

@Injectable()
export class ConfigWatcherService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Config');
  private readonly watchers = new Map<string, FSWatcher>();
  private readonly onHangup = (): void => this.reloadOnRequest();
  private timer: NodeJS.Timeout | undefined;
  private files: readonly string[];
  /** What the files were like just before they were read. */
  private signature = '';
  /** The content that was read last, in force or refused. */
  private fingerprint: string | undefined;

  constructor(
    private readonly settings: SettingsService,
    @Inject(CONFIG_SOURCE) private readonly source: ConfigSource,
    @Optional() private readonly overlay: SettingsOverlay = new SettingsOverlay(),
  ) {
    this.files = settings.current().files;
    this.fingerprint = settings.current().fingerprint;
  }

  onApplicationBootstrap(): void {
    process.on('SIGHUP', this.onHangup);
    this.watchFolders();
    // A change since the start is found by this first look.
    this.lookSoon();
  }

  onApplicationShutdown(): void {
    process.off('SIGHUP', this.onHangup);
    clearTimeout(this.timer);
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  /** Reads the files now, whether or not they seem changed, and watches their folders anew. */
  reloadOnRequest(): void {
    this.logger.log('SIGHUP: reading the configuration again.');
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
    this.fingerprint = undefined;
    this.read();
  }

  /** A folder tells of every file in it: only a changed configuration file is read. */
  private look(): void {
    if (signatureOf(this.files) !== this.signature) this.read();
  }

  private read(): void {
    const { files: before } = this;
    this.signature = signatureOf(before);
    const { path, environment } = this.source;
    const { config, problems, files, fingerprint } = readConfig(path, environment, { overlay: this.overlay.current() });
    this.files = files;
    this.watchFolders();
    // Files that were not known before may have changed while they were read.
    if (files.join('\0') !== before.join('\0')) this.lookSoon();
    if (fingerprint === this.fingerprint) return;
    this.fingerprint = fingerprint;
    if (config === null) this.refuse(new ConfigError(problems));
    else this.apply(config);
  }

  private apply(config: GatewayConfig): void {
    try {
      const known = new Set(this.settings.current().warnings.map(withoutPlace));
      const restartNeeded = this.settings.replace(config);
      const news = config.warnings.filter((warning) => !known.has(withoutPlace(warning)));
      for (const problem of [...news, ...restartNeeded]) this.logger.warn(describeProblem(problem));
      this.logger.log(`The configuration was reloaded: ${config.models.length} model entries.`);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.refuse(error);
    }
  }

  private refuse(error: ConfigError): void {
    this.logger.error('The changed configuration is not used; the old one stays in force.');
    for (const problem of error.problems.filter(isError)) this.logger.error(describeProblem(problem));
  }

  private lookSoon(): void {
    // Not put off by further events: a busy folder must not keep a change waiting for ever.
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.look();
    }, this.source.settleMs).unref();
  }

  /** Folders and not files: editors and Kubernetes put another file in the old one's place. */
  private watchFolders(): void {
    const wanted = new Set(this.files.flatMap((file) => [dirname(file), dirname(realPathOf(file))]));
    for (const [folder, watcher] of this.watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.watchers.delete(folder);
    }
    for (const folder of wanted) if (!this.watchers.has(folder)) this.watchFolder(folder);
  }

  private watchFolder(folder: string): void {
    const giveUp = (error: unknown): void => {
      this.watchers.delete(folder);
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn(`${folder} cannot be watched (${reason}): changes there are read on SIGHUP only.`);
    };
    try {
      const watcher = watch(folder, { persistent: false }, () => this.lookSoon());
      watcher.on('error', giveUp);
      this.watchers.set(folder, watcher);
    } catch (error) {
      giveUp(error);
    }
  }
}

/** What a warning says, wherever it has moved to in its file. */
function withoutPlace({ path, message }: ConfigProblem): string {
  return `${path}: ${message}`;
}

function signatureOf(files: readonly string[]): string {
  return files
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false });
      return found === undefined ? 'missing' : `${found.ino}:${found.mtimeMs}:${found.size}`;
    })
    .join('|');
}

function realPathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    // A missing file has no other place.
    return file;
  }
}
