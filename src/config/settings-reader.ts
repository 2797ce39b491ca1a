/** Reads the configuration again: the files as they are now, with the settings of the database over them. */
import { Injectable } from '@nestjs/common';
import type { Environment } from './environment-references.js';
import { readConfig, type ConfigReading, type ConfigValidator } from './load-config.js';
import { SettingsOverlay, type OverlaySetting } from './settings-overlay.js';

@Injectable()
export class SettingsReader {
  constructor(
    private readonly source: { readonly path: string; readonly environment: Environment },
    readonly overlay: SettingsOverlay,
  ) {}

  /** @param overlay another one than is to be in force, to see what would become of it */
  read(overlay: readonly OverlaySetting[] = this.overlay.current(), validate?: ConfigValidator): ConfigReading {
    return readConfig(this.source.path, this.source.environment, { overlay, validate });
  }
}
