/** Keeps the asked number of serving processes alive behind one port, and ends them together. */
import cluster, { type Worker } from 'node:cluster';
import type { CliOptions } from './config/cli-options.js';

type ServeOptions = Extract<CliOptions, { command: 'serve' }>;

/** A worker that ends sooner than this after its start has failed to start. */
const startMs = 5_000;
const restartDelayMs = 1_000;

export function superviseWorkers({ numWorkers }: ServeOptions): void {
  // A connection that the supervisor hands to a worker which is just dying would hang for ever: workers accept by themselves.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  let ending = false;
  let started = 0;
  const startWorker = (): void => {
    if (ending) return;
    const worker = cluster.fork();
    const startedAt = performance.now();
    worker.once('message', () => started++);
    worker.once('exit', (code) => replace(worker, code, performance.now() - startedAt));
  };
  const replace = (worker: Worker, code: number | null, lifeMs: number): void => {
    if (ending) {
      if (Object.keys(cluster.workers ?? {}).length === 0) process.exit(0);
      return;
    }
    // What fails from the first is a mistake in the configuration, and more attempts would only repeat it.
    if (started === 0) process.exit(code ?? 1);
    process.stderr.write(`Worker ${worker.process.pid} ended with ${code ?? 'a signal'}; another one is started.\n`);
    setTimeout(startWorker, lifeMs < startMs ? restartDelayMs : 0);
  };
  const end = (signal: NodeJS.Signals): void => {
    ending = true;
    if (Object.keys(cluster.workers ?? {}).length === 0) process.exit(0);
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('SIGHUP', (signal) => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
  });
  for (let count = 0; count < numWorkers; count++) startWorker();
}
