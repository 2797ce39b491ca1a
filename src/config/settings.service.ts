/** Holds the configuration that is in force, and changes it as a whole or not at all. */
import { Injectable } from '@nestjs/common';
import type { ConfigProblem } from './config-problem.js';
import type { GatewayConfig, GeneralSettings } from './gateway-config.js';
import { keepStartOnlySettings } from './start-only-settings.js';

/**
 * Prepares a room for another configuration and returns what puts it into force. Throws `ConfigError` where the room
 * cannot use it; what is returned must not throw.
 */
export type PrepareChange = (next: GatewayConfig) => () => void;

@Injectable()
export class SettingsService {
  private readonly listeners = new Set<PrepareChange>();

  constructor(private config: GatewayConfig) {}

  /** The newest configuration; settings that are read at start alone never change. */
  current(): GatewayConfig {
    return this.config;
  }

  get general(): GeneralSettings {
    return this.config.general;
  }

  /** Returns what ends the subscription. */
  onChange(prepare: PrepareChange): () => void {
    this.listeners.add(prepare);
    return () => this.listeners.delete(prepare);
  }

  /**
   * Puts `next` into force once every room is prepared for it. Throws the `ConfigError` of the first that is not; then
   * nothing has changed.
   *
   * @returns a warning for each change that needs a restart
   */
  replace(next: GatewayConfig): readonly ConfigProblem[] {
    const { config, warnings } = keepStartOnlySettings(this.config, next);
    const commits = [...this.listeners].map((prepare) => prepare(config));
    this.config = config;
    for (const commit of commits) commit();
    return warnings;
  }
}
