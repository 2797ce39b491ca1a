/** Sends batches to a syslog server over TCP or TLS, each on a connection of its own. */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Egress } from '#src/core/transport/egress.js';
import type { ExportBatch } from '../export-batch.js';
import type { AuditSink } from '../sink.js';
import { syslogFrame, type SyslogIdentity } from './syslog-format.js';

export interface SyslogTarget extends SyslogIdentity {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Certificates (PEM) to trust instead of the system's. */
  readonly ca: string | undefined;
}

export class SyslogSink implements AuditSink {
  readonly name = 'syslog';

  constructor(
    private readonly target: SyslogTarget,
    private readonly egress: () => Egress,
  ) {}

  /**
   * Syslog acknowledges nothing. Here the end of the batch is the end of the connection, and the server's own closing after it says that it has
   * read up to there; a server that vanishes, resets or stays silent has not.
   */
  async deliver({ records }: ExportBatch, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const bytes = Buffer.from(records.map((record) => syslogFrame(record, this.target)).join(''));
    const socket = await this.#connect();
    await sendAndClose(socket, bytes, signal);
  }

  async #connect(): Promise<Socket> {
    const { host, port, tls, ca } = this.target;
    const [address] = await this.egress().resolveChecked(host, 'operator');
    const to = { host: address?.address ?? host, port };
    if (!tls) return connectTcp(to);
    // The certificate is the host's by name, wherever the name leads.
    return connectTls({ ...to, ...(isIP(host) === 0 && { servername: host }), ...(ca !== undefined && { ca }) });
  }
}

function sendAndClose(socket: Socket, bytes: Buffer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let isWritten = false;
    let isRead = false;
    let failure: Error | undefined;
    const abort = (): void => {
      socket.destroy(new Error('The syslog server did not close the connection in time.'));
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', (error) => (failure ??= error));
    socket.on('finish', () => (isWritten = true));
    socket.on('end', () => (isRead = isWritten));
    socket.on('close', () => {
      signal.removeEventListener('abort', abort);
      if (isRead && !failure) resolve();
      else reject(new Error(`syslog: ${failure?.message ?? 'The server closed before it had read everything.'}`));
    });
    // What a server says is of no interest; unread, it would hide that it closes.
    socket.resume();
    socket.end(bytes);
  });
}
