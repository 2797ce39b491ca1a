/** A local provider for these tests: streams chat completions slowly over SSE and counts its sockets. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface LocalUpstream {
  readonly origin: string;
  /** Connections that are open now. */
  readonly openSockets: number;
  /** Requests that came, and streams that the client cut off before their end. */
  readonly requests: number;
  readonly cutOff: number;
  stop(): Promise<void>;
}

export interface LocalUpstreamOptions {
  readonly chunks?: number;
  readonly intervalMs?: number;
  /** Sent as `Keep-Alive`. */
  readonly keepAlive?: string;
}

export async function startUpstream(options: LocalUpstreamOptions = {}): Promise<LocalUpstream> {
  const { chunks = 3, intervalMs = 1, keepAlive } = options;
  const counts = { openSockets: 0, requests: 0, cutOff: 0 };
  // 0: the server never ends an idle connection and announces nothing about it.
  const server: Server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    counts.requests += 1;
    response.on('close', () => {
      if (!response.writableFinished) counts.cutOff += 1;
    });
    if (keepAlive !== undefined) response.setHeader('keep-alive', keepAlive);
    void answer(request, response, chunks, intervalMs);
  });
  server.on('connection', (socket) => {
    counts.openSockets += 1;
    socket.on('close', () => (counts.openSockets -= 1));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    get openSockets() {
      return counts.openSockets;
    },
    get requests() {
      return counts.requests;
    },
    get cutOff() {
      return counts.cutOff;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  chunks: number,
  intervalMs: number,
): Promise<void> {
  request.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let index = 0; index < chunks && !response.destroyed; index++) {
    response.write(`data: ${JSON.stringify(chunkOf(`${index} `))}\n\n`);
    await wait(intervalMs);
  }
  response.end('data: [DONE]\n\n');
}

function chunkOf(content: string): object {
  const choice = { index: 0, delta: { role: 'assistant', content }, finish_reason: null };
  return { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'local', choices: [choice] };
}

/** What a stream of so many chunks spells. */
export function textOf(chunks: number): string {
  return Array.from({ length: chunks }, (_, index) => `${index} `).join('');
}
