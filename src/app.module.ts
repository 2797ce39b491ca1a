/** Puts the rooms together: each gets its settings here, and none looks for another by itself. */
import { hkdfSync } from 'node:crypto';
import { Global, Logger, Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AuthModule } from './auth/auth.module.js';
import { CachingModule } from './caching/caching.module.js';
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
import { GuardrailConfigurationModule } from './guardrails/guardrail-configuration.module.js';
import type { GuardrailType } from './guardrails/guardrail.js';
import { GuardrailsModule } from './guardrails/guardrails.module.js';
import { HealthModule } from './health/health.module.js';
import { ErrorFilter } from './http/error.filter.js';
import { AlertsModule } from './limits/alerts/alerts.module.js';
import { LimitsModule } from './limits/limits.module.js';
import { ApiDocsModule } from './management/api-docs/api-docs.module.js';
import { ActivityModule } from './management/activity/activity.module.js';
import { AuditModule } from './management/audit/audit.module.js';
import { IdempotencyModule } from './management/idempotency/idempotency.module.js';
import { BudgetsModule } from './management/budgets/budgets.module.js';
import { CacheManagementModule } from './management/cache/cache.module.js';
import { CustomersModule } from './management/customers/customers.module.js';
import { auditKeySource, auditKeySources, auditSecretKey } from './management/audit/audit-secret-key.js';
import { ConfigManagementModule } from './management/config/config.module.js';
import { CredentialsModule } from './management/credentials/credentials.module.js';
import { GuardrailsManagementModule } from './management/guardrails/guardrails.module.js';
import { IdentityRegistrarModule } from './management/identity-registrar/identity-registrar.module.js';
import { JwtMappingsModule } from './management/jwt-mappings/jwt-mappings.module.js';
import { ModelsModule } from './management/models/models.module.js';
import { PassThroughManagementModule } from './management/pass-through/pass-through-management.module.js';
import { KeysModule } from './management/keys/keys.module.js';
import { SpendLogsModule } from './management/spend/spend-logs.module.js';
import { TagsModule } from './management/tags/tags.module.js';
import { UsersModule } from './management/users/users.module.js';
import { AccessGroupsModule } from './management/access-groups/access-groups.module.js';
import { OrganizationsModule } from './management/organizations/organizations.module.js';
import { ProjectsModule } from './management/projects/projects.module.js';
import { TeamsModule } from './management/teams/teams.module.js';
import { PassThroughModule } from './passthrough/passthrough.module.js';
import { SpendModule } from './spend/spend.module.js';
import { VaultModule } from './vault/vault.module.js';
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
  /** Kinds of guardrails beside the gateway's own. */
  readonly guardrailTypes?: readonly GuardrailType[];
}

@Module({})
export class AppModule {
  static create({ spend, guardrailTypes, ...settings }: AppOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.forRoot(settings),
        EdgeModule,
        ...redisModules(settings.config),
        databaseModule(),
        VaultModule,
        CatalogModule.forRoot(providerRegistry),
        clientsModule(),
        UpstreamsModule,
        CachingModule.register(),
        spendModule(spend),
        authModule(),
        alertsModule(),
        LimitsModule.register(),
        auditModule(),
        idempotencyModule(),
        GuardrailsModule,
        GatewayModule,
        PassThroughModule,
        ModelCallerModule,
        GuardrailConfigurationModule.register(guardrailTypes),
        HealthModule,
        BudgetsModule,
        CustomersModule,
        KeysModule,
        ModelsModule,
        CredentialsModule,
        GuardrailsManagementModule,
        ConfigManagementModule,
        CacheManagementModule,
        PassThroughManagementModule,
        SpendLogsModule,
        ApiDocsModule,
        TagsModule,
        UsersModule,
        teamsModule(),
        OrganizationsModule,
        ProjectsModule,
        AccessGroupsModule,
        ActivityModule,
        JwtMappingsModule,
        IdentityRegistrarModule,
        ...enterpriseModules(settings.config),
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
        writesRows: general.writesSpendRows,
        exportsRows: general.clickHouse !== undefined && general.writesSpendRows,
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
    useFactory: (settings: SettingsService) => auditSecretKey(auditKeySource(auditKeySources(settings.current()))),
  });
}

function idempotencyModule(): DynamicModule {
  return IdempotencyModule.registerAsync({
    inject: [SettingsService],
    useFactory: ({ general }: SettingsService) =>
      Buffer.from(hkdfSync('sha256', general.masterKey, '', 'tollgate/idempotency', 32)),
  });
}

function alertsModule(): DynamicModule {
  return AlertsModule.registerAsync({
    inject: [SettingsService],
    useFactory: (settings: SettingsService) => () => settings.current().general.alerting,
  });
}

function teamsModule(): DynamicModule {
  return TeamsModule.registerAsync({
    inject: [SettingsService],
    useFactory: (settings: SettingsService) => () => settings.current().teams,
  });
}

/** Features under a licence of their own, where one is switched on; nothing else needs their folder. */
function enterpriseModules({ environment }: GatewayConfig): Promise<DynamicModule>[] {
  const isAsked = ['TOLLGATE_LICENSE', 'TOLLGATE_AUDIT_EXPORT'].some((name) => (environment[name] ?? '') !== '');
  return isAsked ? [enterpriseModule()] : [];
}

/** A text, so that the types do not need the folder either. */
const enterpriseEntry: string = '#enterprise/enterprise.module.js';

interface EnterpriseFolder {
  readonly EnterpriseModule: { register(): DynamicModule };
}

@Module({})
class WithoutEnterpriseModule {}

async function enterpriseModule(): Promise<DynamicModule> {
  try {
    const { EnterpriseModule } = (await import(enterpriseEntry)) as EnterpriseFolder;
    return EnterpriseModule.register();
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    const isMissing = /MODULE_NOT_FOUND/.test(String(code)) && String(message).includes('enterprise.module');
    if (!isMissing) throw error;
    new Logger('Enterprise').error(
      'TOLLGATE_LICENSE or TOLLGATE_AUDIT_EXPORT is set, and this build is without the folder `enterprise`: these features are off. Use a build with it, or remove the variables.',
    );
    return { module: WithoutEnterpriseModule };
  }
}
