/** Puts the rooms together: each gets its settings here, and none looks for another by itself. */
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AuthModule } from './auth/auth.module.js';
import { CatalogModule } from './catalog/catalog.module.js';
import { ClientsModule } from './clients/clients.module.js';
import { UpstreamsModule } from './clients/upstreams.module.js';
import { CLOCK, MODEL_CALLER, RANDOM } from './config/ports.js';
import type { GatewayConfig } from './config/gateway-config.js';
import { SettingsModule, type SettingsModuleOptions } from './config/settings.module.js';
import { SettingsService } from './config/settings.service.js';
import { providerRegistry } from './core/providers/registry.js';
import { HealthBoard } from './core/router/health-board.js';
import { systemClock, systemRandom, type Clock } from './core/spec/clock.js';
import { CHANGE_SIGNAL } from './database/change-signal.js';
import { DatabaseModule } from './database/database.module.js';
import { SHARED_ROUTING_STATE } from './gateway/deployment-router.provider.js';
import { GatewayModule } from './gateway/gateway.module.js';
import { ModelCallerService } from './gateway/model-caller.service.js';
import { HealthModule } from './health/health.module.js';
import { ErrorFilter } from './http/error.filter.js';
import { LimitsModule } from './limits/limits.module.js';
import { AuditModule } from './management/audit/audit.module.js';
import { auditSecretKey } from './management/audit/audit-secret-key.js';
import { KeysModule } from './management/keys/keys.module.js';
import { SpendLogsModule } from './management/spend/spend-logs.module.js';
import { SpendModule } from './spend/spend.module.js';
import { spendSettings, type SpendSettings } from './spend/spend-settings.js';

@Global()
@Module({
  providers: [
    { provide: CLOCK, useValue: systemClock },
    { provide: RANDOM, useValue: systemRandom },
    { provide: APP_FILTER, useClass: ErrorFilter },
    { provide: HealthBoard, inject: [CLOCK], useFactory: (clock: Clock) => new HealthBoard(clock) },
  ],
  exports: [CLOCK, RANDOM, HealthBoard],
})
class EdgeModule {}

/** Lets other rooms have models called by the gateway without knowing it. */
@Global()
@Module({
  imports: [GatewayModule],
  providers: [{ provide: MODEL_CALLER, useExisting: ModelCallerService }],
  exports: [MODEL_CALLER],
})
class ModelCallerModule {}

export interface AppOptions extends SettingsModuleOptions {
  /** How spend rows are written, where it differs from the configuration: tests have no compiled worker file. */
  readonly spend?: Partial<SpendSettings>;
}

@Module({})
export class AppModule {
  static create({ spend, ...settings }: AppOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.forRoot(settings),
        EdgeModule,
        ...redisModules(settings.config),
        databaseModule(),
        CatalogModule.forRoot(providerRegistry),
        clientsModule(),
        UpstreamsModule,
        spendModule(spend),
        authModule(),
        LimitsModule.register(),
        auditModule(),
        GatewayModule,
        ModelCallerModule,
        HealthModule,
        KeysModule,
        SpendLogsModule,
      ],
    };
  }
}

/** What processes share over Redis; without one it is each process's own, and Redis' client is not even loaded. */
function redisModules({ redis }: GatewayConfig): Promise<DynamicModule>[] {
  if (redis === undefined) return [];
  const tokens = { routingState: SHARED_ROUTING_STATE, changeSignal: CHANGE_SIGNAL };
  return [import('./redis/redis.module.js').then(({ RedisModule }) => RedisModule.register(redis, tokens))];
}

function databaseModule(): DynamicModule {
  return DatabaseModule.registerAsync({
    inject: [SettingsService],
    useFactory: ({ general }: SettingsService) => ({
      url: general.databaseUrl,
      connectionPoolLimit: general.databaseConnectionPoolLimit,
      connectTimeoutMs: general.databaseConnectionTimeoutMs,
    }),
  });
}

function clientsModule(): DynamicModule {
  return ClientsModule.forRootAsync({
    inject: [SettingsService],
    useFactory: ({ general }: SettingsService) => general.clientCache,
  });
}

function spendModule(given: Partial<SpendSettings> = {}): DynamicModule {
  return SpendModule.register({
    inject: [SettingsService],
    useFactory: ({ general }: SettingsService) =>
      spendSettings({
        journalDir: general.journalDir,
        databaseUrl: general.databaseUrl,
        journalMaxBytes: general.journalMaxBytes,
        fsync: general.journalFsync,
        flushIntervalMs: general.batchWriteIntervalMs,
        ...(general.spendWriterMaxRowsPerSecond !== undefined && {
          maxRowsPerSecond: general.spendWriterMaxRowsPerSecond,
        }),
        ...given,
      }),
  });
}

function authModule(): DynamicModule {
  return AuthModule.registerAsync({
    inject: [SettingsService],
    useFactory: ({ general }: SettingsService) => ({
      masterKey: general.masterKey,
      maxCachedKeys: general.keyCacheMaxSize,
      keyTtlMs: general.keyCacheTtlMs,
      serveWithoutDatabase: general.allowRequestsOnDbUnavailable,
      staleKeyMaxMs: general.staleKeyMaxMs,
      keyHeader: general.keyHeaderName,
    }),
  });
}

function auditModule(): DynamicModule {
  return AuditModule.registerAsync({
    inject: [SettingsService],
    useFactory: ({ general }: SettingsService) => auditSecretKey(general.masterKey),
  });
}
