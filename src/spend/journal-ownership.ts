/** How the owner of a journal shows that it lives: it listens on a socket; refused means dead, and process ids mean nothing. */
import { existsSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';

const PROBE_TIMEOUT_MS = 500;
const DEAD = new Set(['ECONNREFUSED', 'ENOENT']);

/** The listening end; its process's death closes it, whatever kills the process. */
export class OwnershipSocket {
  #server: Server | undefined;

  constructor(readonly path: string) {}

  async listen(): Promise<void> {
    rmSync(this.path, { force: true });
    // Nothing is said on it: that the kernel accepts the connection is the answer, even while the event loop is blocked.
    const server = createServer((socket) => socket.on('error', () => undefined).destroy());
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      // In a cluster the socket is this process's own: the supervisor's life says nothing about ours.
      server.listen({ path: this.path, exclusive: true }, resolve);
    });
    server.on('error', () => undefined);
    server.unref();
    this.#server = server;
  }

  /** Listens again where something removed the socket's file, such as a cleaner of temporary folders. */
  async repair(): Promise<boolean> {
    if (!this.#server || existsSync(this.path)) return false;
    this.#server.close();
    await this.listen();
    return true;
  }

  close(): void {
    this.#server?.close();
    this.#server = undefined;
    rmSync(this.path, { force: true });
  }
}

/** False only where nobody can be listening: an answer in doubt (no permission, a full queue, silence) counts as alive. */
export async function isOwnerAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const answer = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => answer(true));
    socket.once('connect', () => answer(true));
    socket.once('error', (error: NodeJS.ErrnoException) => answer(!DEAD.has(error.code ?? '')));
  });
}
