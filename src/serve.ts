/** Serves one process: starts the application, says how to call it, and ends it in order on a signal. */
import cluster from 'node:cluster';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ListedModel } from './catalog/catalog-snapshot.js';
import { CatalogService } from './catalog/catalog.service.js';
import type { CliOptions } from './config/cli-options.js';
import { describeProblem } from './config/config-problem.js';
import { loadConfig } from './config/load-config.js';
import { readProcessSettings } from './config/process-settings.js';
import { version } from './config/version.js';
import { createApp } from './create-app.js';
import { PinoLogger } from './observability/pino-logger.service.js';
import { logLevelFrom } from './observability/log-settings.js';

type ServeOptions = Extract<CliOptions, { command: 'serve' }>;

/** @throws ConfigError for a configuration that cannot be used, and what keeps the application from starting */
export async function serve({ configPath, host, port }: ServeOptions): Promise<void> {
  const config = loadConfig(configPath);
  const { logLevel, masterKeyShown } = readProcessSettings();
  const logger = new PinoLogger(logLevelFrom(logLevel));
  for (const problem of config.warnings) logger.warn(describeProblem(problem), 'Config');
  const app = await createApp({ config, reloadFrom: { path: configPath } }, logger);
  endOnSignals(app, logger);
  await listen(app, port, host);
  // A supervisor counts the workers that have come this far.
  process.send?.('serving');
  const url = localAddress(await app.getUrl());
  const models = app.get(CatalogService).current().models();
  const fact = `Tollgate ${version} listens on ${url} with ${models.length} model name(s).`;
  // Workers share one address: the first of them shows how to call it.
  if (cluster.isPrimary || cluster.worker?.id === 1) {
    process.stdout.write(`${fact}${exampleCall(url, models, masterKeyShown)}\n`);
  } else {
    logger.log(fact, 'Serve');
  }
}

/** An address that cannot be listened on; the message says what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';

  constructor(host: string, port: number, cause: unknown) {
    const code = (cause as { code?: unknown } | null)?.code;
    const advice = listenAdvice[String(code)] ?? `the system says ${String(code)}.`;
    super(`Cannot listen on ${host}:${port}: ${advice}`, { cause });
  }
}

const listenAdvice: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has the port. Choose another one with --port.',
  EADDRNOTAVAIL: 'this machine does not have the address. Choose another one with --host.',
  EACCES: 'this user may not have the port. Choose one above 1023 with --port.',
};

async function listen(app: NestFastifyApplication, port: number, host: string): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw isListenFailure(error) ? new ListenError(host, port, error) : error;
  }
}

/** Anything else failed in the application on its way to the address. */
function isListenFailure(error: unknown): boolean {
  const { code, syscall } = Object(error) as { readonly code?: unknown; readonly syscall?: unknown };
  return typeof code === 'string' && (syscall === 'listen' || syscall === 'bind');
}

/** The first signal ends in order, however long running answers take within their grace; a second one ends at once. */
function endOnSignals(app: NestFastifyApplication, logger: PinoLogger): void {
  let ending = false;
  const end = (signal: NodeJS.Signals): void => {
    if (ending) process.exit(1);
    ending = true;
    logger.log(`${signal}: finishing running requests.`, 'Shutdown');
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error(error, 'Shutdown');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

/** Of a server that listens everywhere, the address that works on this machine. */
function localAddress(url: string): string {
  return url.replace('0.0.0.0', '127.0.0.1').replace('[::]', '127.0.0.1');
}

function exampleCall(url: string, models: readonly ListedModel[], keyExpression: string): string {
  const model = models.find(({ isPattern }) => !isPattern)?.id;
  if (model === undefined) return '';
  return ` Try it:

curl -s ${url}/v1/chat/completions \\
  -H "Authorization: Bearer ${keyExpression}" -H 'Content-Type: application/json' \\
  -d '{"model": ${JSON.stringify(model)}, "messages": [{"role": "user", "content": "Hello"}]}'
`;
}
