/** A Redis of the test's own, that it may kill, pause and fill; and a line to it that takes its time. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RedisOptions } from '../../../src/redis/redis-options.js';

/** Options for the server that scripts/with-redis.sh has started. */
export function sharedRedis(namespace: string): RedisOptions {
  const given = process.env['TEST_REDIS_URL'];
  if (given === undefined || given === '')
    throw new Error('TEST_REDIS_URL is not set. Run the tests by scripts/with-redis.sh.');
  const url = new URL(given);
  return {
    host: url.hostname,
    port: Number(url.port || 6379),
    username: decodeURIComponent(url.username) || undefined,
    password: decodeURIComponent(url.password) || undefined,
    database: Number(url.pathname.slice(1) || 0),
    tls: url.protocol === 'rediss:',
    namespace,
  };
}

export class RedisServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tollgate-redis-'));
  #child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
  ) {}

  /** With nothing in it. @param args settings of the server, as `--requirepass` and a password */
  static async start(args: readonly string[] = []): Promise<RedisServer> {
    const port = await freePort();
    const server = new RedisServer(port, ['--port', String(port), ...args]);
    await server.up();
    return server;
  }

  /** One that speaks TLS alone. */
  static async startWithTls(certificateFile: string, keyFile: string): Promise<RedisServer> {
    const port = await freePort();
    const files = ['--tls-cert-file', certificateFile, '--tls-key-file', keyFile, '--tls-auth-clients', 'no'];
    const server = new RedisServer(port, ['--port', '0', '--tls-port', String(port), ...files]);
    await server.up();
    return server;
  }

  options(given: Partial<RedisOptions> = {}): RedisOptions {
    const plain = { host: '127.0.0.1', username: undefined, password: undefined, database: 0, tls: false };
    return { ...plain, port: this.port, namespace: 'test', ...given };
  }

  async up(): Promise<void> {
    const settings = ['--bind', '127.0.0.1', '--dir', this.#folder];
    const child = spawn('redis-server', [...settings, '--save', '', '--appendonly', 'no', ...this.args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      let log = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        if (log.includes('Ready to accept connections')) resolve();
      });
      child.on('error', reject);
      child.on('exit', () => reject(new Error(`Redis ended:\n${log}`)));
    });
  }

  /** At once, with all that it knew. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** Its connections stay, and nothing is answered. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Passes everything on after a while. */
export class SlowLine {
  readonly #sockets = new Set<net.Socket>();
  readonly #server: net.Server;

  constructor(targetPort: number, delayMs: number) {
    this.#server = net.createServer((inbound) => {
      const outbound = net.connect(targetPort, '127.0.0.1');
      this.#join(inbound, outbound, delayMs);
      this.#join(outbound, inbound, delayMs);
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as net.AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(from: net.Socket, to: net.Socket, delayMs: number): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => setTimeout(() => to.destroyed || to.write(chunk), delayMs));
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
