/** The command `tollgate audit verify`: checks the audit log's chain and says what it found. */
import { existsSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import type { AuditVerifyCommand } from './config/cli-commands.js';
import { loadConfig } from './config/load-config.js';
import { parseDatabaseUrl } from './database/database-target.js';
import { DatabaseService } from './database/database.service.js';
import { AuditRepository } from './management/audit/audit.repository.js';
import { verifyChain } from './management/audit/verify-chain.js';

export interface CommandOutcome {
  readonly exitCode: number;
  readonly text: string;
}

const couldNotBeRead = 3;

/** @throws ConfigError for a configuration that cannot be used */
export async function verifyAuditLog({ database: where, from, expected }: AuditVerifyCommand): Promise<CommandOutcome> {
  const url = 'url' in where ? where.url : loadConfig(where.configPath).general.databaseUrl;
  // Standard output is for the answer alone.
  Logger.overrideLogger(false);
  try {
    checkThere(url);
    const database = new DatabaseService({ url });
    await database.onModuleInit();
    try {
      const report = await verifyChain(new AuditRepository(database), { from, ...(expected && { expected }) });
      if (!report.holds) {
        return {
          exitCode: 1,
          text: `The audit log does not hold: ${report.fault} at entry ${report.sequence}. ${report.reason}`,
        };
      }
      const { entries, head } = report;
      return {
        exitCode: 0,
        text: `The audit log holds: ${entries} entries checked. Its end is ${head.sequence}:${head.hash}`,
      };
    } finally {
      await database.onApplicationShutdown();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { exitCode: couldNotBeRead, text: `The audit log could not be read: ${reason}` };
  }
}

/** A file that is not there would be made, and an empty log holds. */
function checkThere(url: string): void {
  const target = parseDatabaseUrl(url);
  if (target.dialect === 'sqlite' && !existsSync(target.path)) throw new Error(`there is no file ${target.path}.`);
}
