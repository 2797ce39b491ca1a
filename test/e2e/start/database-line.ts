/** Stands between a gateway and PostgreSQL, and can be taken away, frozen and brought back. */
import net from 'node:net';

export class DatabaseLine {
  readonly #target: URL;
  readonly #sockets = new Set<net.Socket>();
  #server: net.Server | undefined;
  #frozen = false;
  #port = 0;

  constructor(databaseUrl: string) {
    this.#target = new URL(databaseUrl);
  }

  /** The database's address through the line; known once it was up. */
  get url(): string {
    const url = new URL(this.#target);
    url.hostname = '127.0.0.1';
    url.port = String(this.#port);
    return url.href;
  }

  async up(): Promise<void> {
    this.#frozen = false;
    const server = net.createServer((inbound) => this.#connect(inbound));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#server = server;
    this.#port = (server.address() as net.AddressInfo).port;
  }

  /** Connections break, and new ones are refused. */
  async down(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#server) this.#server.close(() => resolve());
    else resolve();
    for (const socket of this.#sockets) socket.destroy();
    await promise;
    this.#server = undefined;
  }

  /** Connections stay and new ones are taken, and nothing is ever answered: a host that hangs. */
  freeze(): void {
    this.#frozen = true;
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  #connect(inbound: net.Socket): void {
    this.#sockets.add(inbound);
    inbound.on('error', () => undefined).on('close', () => this.#sockets.delete(inbound));
    if (this.#frozen) return;
    const outbound = net.connect(Number(this.#target.port || 5432), this.#target.hostname);
    this.#sockets.add(outbound);
    outbound
      .on('error', () => undefined)
      .on('close', () => {
        this.#sockets.delete(outbound);
        inbound.destroy();
      });
    inbound.on('close', () => outbound.destroy());
    inbound.pipe(outbound).pipe(inbound);
  }
}
