/** The command `tollgate`: reads its options, checks a configuration, or serves it from one process or several. */
import 'reflect-metadata';
import cluster from 'node:cluster';
import { validateCatalog } from './catalog/build-snapshot.js';
import { cliUsage, CliUsageError, parseCliOptions } from './config/cli-options.js';
import { ConfigError, describeProblem, isError } from './config/config-problem.js';
import { checkConfig } from './config/load-config.js';
import { version } from './config/version.js';
import { checkGuardrails } from './guardrails/configured-guardrails.service.js';
import { GuardrailRegistry } from './guardrails/guardrail-registry.js';
import { providerRegistry } from './core/providers/registry.js';
import { importLiteLLM } from './import-litellm.js';
import { rotateEncryptionKey } from './rotate-encryption-key.js';
import { ListenError, serve } from './serve.js';
import { superviseWorkers } from './supervise-workers.js';
import { verifyAuditLog, type CommandOutcome } from './verify-audit-log.js';

async function main(argv: readonly string[]): Promise<void> {
  const options = parseCliOptions(argv);
  switch (options.command) {
    case 'help':
      console.log(cliUsage);
      break;
    case 'version':
      console.log(version);
      break;
    case 'check':
      check(options.configPath);
      break;
    case 'audit-verify':
      end(await verifyAuditLog(options));
      break;
    case 'import-litellm':
      end(await importLiteLLM(options));
      break;
    case 'rotate-encryption-key':
      process.exitCode = await rotateEncryptionKey(options.configPath, (line) => console.log(line));
      break;
    case 'serve':
      if (options.numWorkers > 1 && cluster.isPrimary) superviseWorkers(options);
      else await serve(options);
  }
}

function check(configPath: string): void {
  const validate = validateCatalog(providerRegistry, checkGuardrails(new GuardrailRegistry()));
  const problems = checkConfig(configPath, undefined, validate);
  for (const problem of problems) console.log(describeProblem(problem));
  const errors = problems.filter(isError).length;
  console.log(errors > 0 ? `${configPath}: ${errors} error(s)` : `${configPath} can be used.`);
  process.exitCode = errors > 0 ? 1 : 0;
}

function end({ exitCode, text }: CommandOutcome): void {
  console.log(text);
  process.exitCode = exitCode;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const expected = [CliUsageError, ConfigError, ListenError].some((kind) => error instanceof kind);
  console.error(expected && error instanceof Error ? error.message : error);
  process.exit(error instanceof CliUsageError ? error.exitCode : 1);
});
