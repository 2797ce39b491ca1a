/** The command `tollgate rotate-encryption-key`: moves everything that is stored encrypted to the first key, beside running gateways. */
import { loadConfig } from './config/load-config.js';
import { GatewayError } from './core/errors/gateway-error.js';
import { DatabaseService } from './database/database.service.js';
import { rotateSealed } from './vault/rotate-sealed.js';
import { Vault } from './vault/vault.service.js';

/**
 * @returns the exit code: 0 where nothing is left under another key
 * @throws ConfigError for a configuration that cannot be used
 */
export async function rotateEncryptionKey(configPath: string, print: (line: string) => void): Promise<number> {
  const { general, encryptionKeys } = loadConfig(configPath);
  const vault = new Vault(() => encryptionKeys);
  const database = new DatabaseService({
    url: general.databaseUrl,
    connectionPoolLimit: 1,
    connectTimeoutMs: general.databaseConnectionTimeoutMs,
  });
  try {
    await database.onModuleInit();
    const { rotated, left, unreadable } = await rotateSealed(database, vault, (progress) =>
      print(`${progress.rotated} rotated, ${progress.left} left`),
    );
    for (const reason of unreadable) print(reason);
    print(`Done: ${rotated} rotated, ${left} left, ${unreadable.length} of them unreadable. ${adviceFor(left)}`);
    return left === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    print(error.message);
    return 1;
  } finally {
    await database.onApplicationShutdown();
  }
}

function adviceFor(left: number): string {
  return left === 0
    ? 'The keys after the first in TOLLGATE_ENCRYPTION_KEY are needed no more.'
    : 'Keep every key, see that all gateways write with the first one, and run this again.';
}
