/** Nest's module of the configuration: `@nestjs/config` holds it, `SettingsService` hands it out, the watcher renews it. */
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { CONFIG_SOURCE, ConfigWatcherService, type ConfigSource } from './config-watcher.service.js';
import type { GatewayConfig } from './gateway-config.js';
import { SettingsOverlay } from './settings-overlay.js';
import { SettingsReader } from './settings-reader.js';
import { SettingsService } from './settings.service.js';

export interface SettingsModuleOptions {
  /** Loaded before the app is made, so that a mistake is reported before anything starts. */
  readonly config: GatewayConfig;
  /** Where to read it again; without it, the configuration stays as it is. */
  readonly reloadFrom?: Pick<ConfigSource, 'path'> & Partial<ConfigSource>;
}

const settleMs = 200;

@Global()
@Module({})
export class SettingsModule {
  static forRoot({ config, reloadFrom }: SettingsModuleOptions): DynamicModule {
    const namespace = registerAs('gateway', () => config);
    const settings = {
      provide: SettingsService,
      useFactory: (loaded: GatewayConfig) => new SettingsService(loaded),
      inject: [namespace.KEY],
    };
    const source: ConfigSource | undefined = reloadFrom && { environment: process.env, settleMs, ...reloadFrom };
    const [path = ''] = config.files;
    const reader = {
      provide: SettingsReader,
      inject: [SettingsOverlay],
      useFactory: (overlay: SettingsOverlay) =>
        new SettingsReader(source ?? { path, environment: config.environment }, overlay),
    };
    return {
      module: SettingsModule,
      imports: [ConfigModule.forRoot({ load: [namespace], ignoreEnvFile: true })],
      providers: [
        settings,
        SettingsOverlay,
        reader,
        ...(source ? [{ provide: CONFIG_SOURCE, useValue: source }, ConfigWatcherService] : []),
      ],
      exports: [SettingsService, SettingsReader],
    };
  }
}
