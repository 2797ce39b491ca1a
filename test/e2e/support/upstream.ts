/** A provider that misbehaves on purpose: it reads a request and then writes whatever bytes the scenario says, or nothing. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface UpstreamRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly json: { readonly model?: string; readonly stream?: boolean; readonly [name: string]: unknown };
}

/** Answers one request on a raw socket. */
export type Scenario = (socket: Socket, request: UpstreamRequest) => void | Promise<void>;

export class RawUpstream {
  /** Requests that arrived whole. */
  readonly requests: UpstreamRequest[] = [];
  readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(scenarioOf: (request: UpstreamRequest) => Scenario) {
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined); // the gateway may leave at any moment
      this.serve(socket, scenarioOf);
    });
  }

  static async start(scenarioOf: (request: UpstreamRequest) => Scenario): Promise<RawUpstream> {
    const upstream = new RawUpstream(scenarioOf);
    await new Promise<void>((resolve) => upstream.server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private serve(socket: Socket, scenarioOf: (request: UpstreamRequest) => Scenario): void {
    let chunks: Buffer[] = [];
    let missing: number | undefined;
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      missing = missing === undefined ? bytesMissing(Buffer.concat(chunks)) : missing - chunk.length;
      if (missing === undefined || missing > 0) return;
      const request = readRequest(Buffer.concat(chunks));
      chunks = [];
      missing = undefined;
      this.requests.push(request);
      void scenarioOf(request)(socket, request);
    });
  }
}

function bytesMissing(received: Buffer): number | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(received.toString('latin1', 0, end))?.[1] ?? 0);
  return end + 4 + length - received.length;
}

function readRequest(received: Buffer): UpstreamRequest {
  const end = received.indexOf('\r\n\r\n');
  const [start = '', ...lines] = received.toString('latin1', 0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const body = received.toString('utf8', end + 4);
  return {
    path: start.split(' ')[1] ?? '',
    headers,
    body,
    json: body.startsWith('{') ? (JSON.parse(body) as UpstreamRequest['json']) : {},
  };
}

/** A response head with a body of known length. */
export function wholeAnswer(body: string | Buffer, headers = '', status = '200 OK'): Buffer {
  const type = /^content-type:/im.test(headers) ? '' : 'content-type: application/json\r\n';
  const head = `HTTP/1.1 ${status}\r\n${type}${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

export const streamHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
export const lastChunk = '0\r\n\r\n';

/** One chunk of a chunked body. */
export function chunkOf(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}
