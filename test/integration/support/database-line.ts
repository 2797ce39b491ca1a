/** Stands between a gateway and PostgreSQL, and can be taken away. */
import net from 'node:net';

export class DatabaseLine {
  readonly #sockets = new Set<net.Socket>();
  #server: net.Server | undefined;

  constructor(
    private readonly target: URL,
    private port = 0,
  ) {}

  async up(): Promise<void> {
    this.#server = net.createServer((inbound) => {
      const outbound = net.connect(Number(this.target.port || 5432), this.target.hostname);
      for (const socket of [inbound, outbound]) {
        this.#sockets.add(socket);
        socket
          .on('error', () => undefined)
          .on('close', () => {
            this.#sockets.delete(socket);
            inbound.destroy();
            outbound.destroy();
          });
      }
      inbound.pipe(outbound).pipe(inbound);
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.#server.address() as net.AddressInfo).port;
  }

  async down(): Promise<void> {
    const closed = new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }
}
