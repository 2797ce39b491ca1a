/** A provider that records what it is asked, and answers by the path alone. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface MadeUpAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Answers only when this has happened. */
  readonly after?: Promise<unknown>;
}

export class RecordingUpstream {
  readonly received: Received[] = [];
  url = '';
  private readonly server = createServer((request, response) => {
    void read(request).then(async (received) => {
      this.received.push(received);
      const { status = 200, headers = {}, body, after } = this.answer(received);
      await after;
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    });
  });

  constructor(private readonly answer: (received: Received) => MadeUpAnswer) {}

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this.url;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** What has come since the last call of this. */
  taken(): readonly Received[] {
    return this.received.splice(0);
  }
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const { method = '', url: path = '', headers } = request;
  return { method, path, headers, body: parsed(text) };
}

function parsed(text: string): Received['body'] {
  try {
    return JSON.parse(text) as Received['body'];
  } catch {
    return { text };
  }
}
