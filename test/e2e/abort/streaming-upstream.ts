/** A well-behaved provider that streams until it is told to stop, and knows what became of its connections. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

type AnswerRequest = (response: ServerResponse, asked: { readonly stream?: boolean; readonly model?: string }) => void;

export class StreamingUpstream {
  readonly sockets = new Set<Socket>();
  requests = 0;
  private readonly server: Server;

  private constructor(answer: AnswerRequest) {
    this.server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
      void bodyOf(request).then((body) => {
        this.requests++;
        answer(response, JSON.parse(body) as { stream?: boolean; model?: string });
      });
    });
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  static async start(answer: AnswerRequest): Promise<StreamingUpstream> {
    const upstream = new StreamingUpstream(answer);
    await new Promise<void>((resolve) => upstream.server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
