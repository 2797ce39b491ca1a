/** The command `tollgate import litellm`: brings a LiteLLM database's objects into the gateway's, or says what it would bring. */
import { Logger } from '@nestjs/common';
import type { ImportLiteLLMCommand } from './config/cli-commands.js';
import { loadConfig } from './config/load-config.js';
import { systemClock } from './core/spec/clock.js';
import { ChangeFeedRepository } from './database/change-feed.repository.js';
import { DatabaseService } from './database/database.service.js';
import { LimitDefinitions } from './limits/definitions/limit-definitions.service.js';
import { AuditLog } from './management/audit/audit-log.service.js';
import { auditKeySource, auditKeySources, auditSecretKey } from './management/audit/audit-secret-key.js';
import { importSecrets } from './management/litellm-import/import-secrets.js';
import { LiteLLMDatabase } from './management/litellm-import/litellm-database.js';
import { LiteLLMImport } from './management/litellm-import/litellm-import.js';
import { ManagementWrites } from './management/writes/management-writes.service.js';
import { Vault } from './vault/vault.service.js';
import type { CommandOutcome } from './verify-audit-log.js';

/** @throws ConfigError for a configuration that cannot be used */
export async function importLiteLLM({
  configPath,
  sourceUrl,
  saltKey,
  dryRun,
}: ImportLiteLLMCommand): Promise<CommandOutcome> {
  const config = loadConfig(configPath);
  // Standard output is for the report alone.
  Logger.overrideLogger(false);
  const database = new DatabaseService({ url: config.general.databaseUrl });
  let source: LiteLLMDatabase | undefined;
  try {
    source = await LiteLLMDatabase.open(sourceUrl);
    await database.onModuleInit();
    const auditLog = new AuditLog(systemClock, auditSecretKey(auditKeySource(auditKeySources(config))));
    const parts = {
      source,
      database,
      writes: new ManagementWrites(database, new ChangeFeedRepository(database), auditLog),
      limits: new LimitDefinitions(systemClock, () => 'UTC'),
      secrets: importSecrets(new Vault(() => config.encryptionKeys), saltKey),
      now: new Date(systemClock.now()),
    };
    const report = await new LiteLLMImport(parts, dryRun).run();
    return { exitCode: 0, text: report.toText(dryRun) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { exitCode: 1, text: `The import ended early: ${reason}\nRun it again: it goes on with what is missing.` };
  } finally {
    await source?.close();
    await database.onApplicationShutdown();
  }
}
