/** HTTP clients of these tests: a plain one, and one that puts any bytes on a socket. */
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface SendOptions {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The parsed body; undefined where it is no JSON. */
  readonly json: unknown;
  /** The connection ended before the answer did. */
  readonly cut: boolean;
  readonly durationMs: number;
}

/** One request on a connection of its own. A client that is still sending when the answer comes reads it all the same. */
export function send(port: number, { method, path, headers = {}, body }: SendOptions): Promise<Answer> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    let answered = false;
    const outgoing = request(
      { host: '127.0.0.1', port, method, path, agent: false, headers: headers as Record<string, string | string[]> },
      (response) => {
        answered = true;
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => undefined); // told by `complete`
        response.on('close', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: parsed(text),
            cut: !response.complete,
            durationMs: performance.now() - startedAt,
          });
        });
      },
    );
    outgoing.on('error', (error) => {
      if (!answered) reject(error);
    });
    outgoing.end(body);
  });
}

export interface RawAnswer {
  /** Each answer on the connection, in order; interim ones (1xx) left out. */
  readonly answers: readonly { readonly status: number; readonly head: string; readonly body: string }[];
  /** Everything that came back. */
  readonly text: string;
  /** The server ended the connection by itself. */
  readonly closed: boolean;
}

/** Sends bytes as they are and collects what comes back until the server closes, or for `quietMs` after its last byte. */
export function sendRaw(port: number, bytes: string | Buffer, quietMs = 2_000): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    let closed = true;
    const quiet = setTimeout(() => {
      closed = false;
      socket.destroy();
    }, quietMs);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      quiet.refresh();
    });
    socket.on('error', () => undefined); // a reset is an answer, too: `closed` says so
    socket.on('close', () => {
      clearTimeout(quiet);
      const text = Buffer.concat(chunks).toString('latin1');
      resolve({ answers: splitAnswers(text), text, closed });
    });
    socket.write(bytes);
  });
}

/** A connection for tests that decide themselves when to read and when to leave. */
export function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** The bytes of a POST request. */
export function postBytes(path: string, body: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ host: 'gateway.test', 'content-type': 'application/json', ...headers });
  return `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function splitAnswers(text: string): RawAnswer['answers'] {
  const answers: { status: number; head: string; body: string }[] = [];
  let rest = text;
  while (rest.startsWith('HTTP/1.1 ')) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) break;
    const head = rest.slice(0, end);
    const status = Number(head.slice(9, 12));
    const { body, end: bodyEnd } = bodyAt(rest, end + 4, head);
    if (status >= 200) answers.push({ status, head, body });
    rest = rest.slice(bodyEnd);
  }
  return answers;
}

function bodyAt(text: string, from: number, head: string): { body: string; end: number } {
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) {
    const end = from + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    return { body: text.slice(from, end), end };
  }
  let body = '';
  for (let at = from; ;) {
    const lineEnd = text.indexOf('\r\n', at);
    const size = parseInt(text.slice(at, lineEnd), 16);
    if (lineEnd < 0 || Number.isNaN(size)) return { body, end: text.length };
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
    if (size === 0) return { body, end: at };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON: the test that expects some says so
  }
}
