/** Runs the built command `tollgate` in processes of its own: to its end, or as a server that listens. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const projectRoot = resolve(__dirname, '../../..');
const builtProgram = join(projectRoot, 'dist/main.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Ran extends Ended {
  readonly stdout: string;
  readonly stderr: string;
}

export type Environment = Readonly<Record<string, string>>;

export interface StartOptions {
  readonly args?: readonly string[];
  readonly env?: Environment;
  /** Another build than the project's own. */
  readonly program?: string;
}

/** A configuration as it stands in the file; JSON is YAML. */
export type Config = Readonly<Record<string, unknown>>;

export function newMasterKey(): string {
  return `sk-${randomBytes(24).toString('hex')}`;
}

/** A working folder for one gateway: its configuration, database and journal. */
export class GatewayFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'tollgate-e2e-'));
  readonly configPath = join(this.path, 'config.yaml');
  readonly journalDir = join(this.path, '.tollgate/journal');

  /** As an editor saves: the file is whole whenever it is looked at. */
  writeConfig(config: Config | string): void {
    const text = typeof config === 'string' ? config : JSON.stringify(config, null, 2);
    writeFileSync(`${this.configPath}.new`, text);
    renameSync(`${this.configPath}.new`, this.configPath);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Runs the command until it ends by itself; it is ended after `withinMs`. */
export async function runTollgate(
  args: readonly string[],
  { cwd, env = {}, withinMs = 15_000 }: { cwd: string; env?: Environment; withinMs?: number },
): Promise<Ran> {
  const child = start(args, cwd, env);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
  const ended = await endOf(child);
  clearTimeout(timer);
  return { ...ended, stdout: stdout(), stderr: stderr() };
}

/** One process that serves, or the supervisor of several. */
export class GatewayProcess {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #stdout: () => string;
  readonly #stderr: () => string;
  #hasEnded = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#stdout = collect(child.stdout);
    this.#stderr = collect(child.stderr);
    this.ended = endOf(child).finally(() => (this.#hasEnded = true));
  }

  /** Starts a server on a port that the system chooses; it may not listen yet. */
  static spawn(
    folder: GatewayFolder,
    { args = [], env = {}, program = builtProgram }: StartOptions = {},
  ): GatewayProcess {
    const address = ['--port', '0', '--host', '127.0.0.1'];
    return new GatewayProcess(start(['--config', folder.configPath, ...address, ...args], folder.path, env, program));
  }

  /** Starts a server and waits until it listens. */
  static async start(folder: GatewayFolder, options: StartOptions = {}): Promise<GatewayProcess> {
    const gateway = GatewayProcess.spawn(folder, options);
    await gateway.listening();
    return gateway;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** What it has printed, logs included. */
  get output(): string {
    return this.#stdout() + this.#stderr();
  }

  /** Its address, once it has said so. */
  get url(): string | undefined {
    return /listens on (http:\/\/\S+) with/.exec(this.#stdout())?.[1];
  }

  /** The address that it listens on; throws where it ends before. */
  async listening(withinMs = 20_000): Promise<string> {
    const deadline = performance.now() + withinMs;
    while (this.url === undefined) {
      if (this.#hasEnded) throw new Error(`The gateway ended before it listened:\n${this.output}`);
      if (performance.now() > deadline)
        throw new Error(`The gateway does not listen after ${withinMs} ms:\n${this.output}`);
      await new Promise((resume) => setTimeout(resume, 10));
    }
    return this.url;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it in order, and by force where that takes longer than `withinMs`. */
  async stop(withinMs = 15_000): Promise<Ended> {
    this.kill('SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), withinMs);
    const ended = await this.ended;
    clearTimeout(timer);
    return ended;
  }
}

/** Keys and addresses in the environment of whoever runs the tests do not reach the gateway. */
function start(args: readonly string[], cwd: string, env: Environment, program = builtProgram): ChildProcess {
  if (!existsSync(program)) throw new Error(`There is no ${program}. Run scripts/build.sh first.`);
  return spawn(process.execPath, [program, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

function endOf(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
}
