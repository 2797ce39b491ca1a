/** An upstream that says what it was sent, and does what its path asks for; it counts its requests and knows its connections. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void;

export class EchoUpstream {
  readonly seen: SeenRequest[] = [];
  readonly sockets = new Set<Socket>();
  /** What answers; each test may set its own. */
  answer: Answer = echo;
  /** Takes a request before its body has come. */
  early: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;

  private constructor(readonly server: Server) {
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined); // the gateway may leave at any moment
      socket.on('close', () => this.sockets.delete(socket));
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (this.early?.(request, response) === true) return;
      void this.serve(request, response);
    });
  }

  static async start(): Promise<EchoUpstream> {
    const upstream = new EchoUpstream(createServer({ keepAliveTimeout: 2_000 }));
    await new Promise<void>((resolve) => upstream.server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get last(): SeenRequest {
    const last = this.seen.at(-1);
    if (!last) throw new Error('The upstream has seen no request.');
    return last;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // the request was broken off: it is none
    }
    const { method = '', url = '', headers, rawHeaders } = request;
    const seen = { method, url, headers, rawHeaders, body: Buffer.concat(chunks) };
    this.seen.push(seen);
    this.answer(seen, response);
  }
}

export function echo({ method, url, headers, body }: SeenRequest, response: ServerResponse): void {
  const sha256 = createHash('sha256').update(body).digest('hex');
  response.writeHead(200, { 'content-type': 'application/json', 'x-from-upstream': 'yes' });
  response.end(method === 'HEAD' ? undefined : JSON.stringify({ method, url, headers, length: body.length, sha256 }));
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_request, response) => {
    const text = JSON.stringify(body);
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
      ...headers,
    });
    response.end(text);
  };
}
