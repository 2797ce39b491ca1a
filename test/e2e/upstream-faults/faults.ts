/** The faults of the table: what each does to a connection, and what must come of it for a stream and for a whole answer. */
import { gzipSync } from 'node:zlib';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { completeStream, eventsText, type DialectAnswers } from '../support/dialects.js';
import { chunkOf, lastChunk, streamHead, wholeAnswer } from '../support/upstream.js';

/**
 * A correct answer; or a refusal with this status before anything was sent, or with that of the dialect's error event; or
 * an error event after what was good.
 */
export type Outcome = 'answered' | 'in band' | 'as its error event says' | number;

export interface FaultCase {
  readonly socket: Socket;
  readonly dialect: DialectAnswers;
  readonly stream: boolean;
}

export interface Fault {
  readonly name: string;
  serve(given: FaultCase): void | Promise<void>;
  /** Absent where the fault has no meaning for that kind of answer. */
  readonly whole?: Outcome;
  readonly stream?: Outcome;
  /** What the spend row says; for streams and whole answers alike unless they differ. */
  readonly code?: string;
  readonly codeWhole?: string;
  /** For dialects whose streams end like that. */
  readonly only?: DialectAnswers['ends'];
}

export const words = ['Grüße ', 'aus ', '日本 ', '🙂.'];
export const wholeText = words.join('');

const goodEvents = (dialect: DialectAnswers): string =>
  eventsText([...dialect.opening, ...words.map((word) => dialect.content(word))]);

function writeStream(socket: Socket, body: string | Buffer): void {
  socket.write(Buffer.concat([Buffer.from(streamHead), chunkOf(body), Buffer.from(lastChunk)]));
}

/** The events up to the fault are on their way before it happens. */
async function beginStream({ socket, dialect }: FaultCase): Promise<void> {
  socket.write(Buffer.concat([Buffer.from(streamHead), chunkOf(goodEvents(dialect))]));
  await wait(50);
}

const connectionFaults: readonly Fault[] = [
  {
    name: 'reset before the head',
    serve: ({ socket }) => void socket.resetAndDestroy(),
    whole: 502,
    stream: 502,
    code: 'upstream_unreachable',
  },
  {
    name: 'closed before the head',
    serve: ({ socket }) => void socket.end(),
    whole: 502,
    stream: 502,
    code: 'upstream_unreachable',
  },
  {
    name: 'reset after the head',
    serve: async ({ socket, stream }) => {
      socket.write(
        stream ? streamHead : 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{',
      );
      await wait(50);
      socket.resetAndDestroy();
    },
    whole: 502,
    stream: 502,
    code: 'upstream_connection_lost',
  },
  {
    name: 'reset amid the answer',
    serve: async (given) => {
      await beginStream(given);
      given.socket.resetAndDestroy();
    },
    stream: 'in band',
    code: 'upstream_connection_lost',
  },
  {
    name: 'chunked body cut short',
    serve: async (given) => {
      const { socket, stream, dialect } = given;
      if (stream) await beginStream(given);
      else {
        const body = dialect.whole(wholeText);
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n');
        socket.write(chunkOf(body.slice(0, body.length / 2)));
      }
      socket.end();
    },
    whole: 502,
    stream: 'in band',
    code: 'upstream_connection_lost',
  },
  {
    name: 'chunk sizes that are no numbers',
    serve: async (given) => {
      if (given.stream) await beginStream(given);
      else
        given.socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n');
      given.socket.write('zz\r\nhello\r\n');
    },
    whole: 502,
    stream: 'in band',
    code: 'upstream_invalid_response',
  },
  {
    name: 'a header of 20 KiB',
    serve: ({ socket, dialect }) =>
      void socket.write(wholeAnswer(dialect.whole('x'), `x-big: ${'a'.repeat(20_480)}\r\n`)),
    whole: 502,
    stream: 502,
    code: 'upstream_invalid_response',
  },
  {
    name: 'bytes that are no HTTP',
    serve: ({ socket }) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n\r\n'),
    whole: 502,
    stream: 502,
    code: 'upstream_invalid_response',
  },
  {
    name: 'a thousand interim answers first',
    serve: ({ socket, dialect, stream }) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(1_000));
      if (stream) writeStream(socket, completeStream(dialect, words));
      else socket.write(wholeAnswer(dialect.whole(wholeText)));
    },
    whole: 'answered',
    stream: 'answered',
  },
];

const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));

const bodyFaults: readonly Fault[] = [
  {
    name: 'HTML with 200',
    serve: ({ socket }) =>
      void socket.write(wholeAnswer('<html><body>Sign in</body></html>', 'content-type: text/html\r\n')),
    whole: 502,
    stream: 502,
    code: 'upstream_invalid_response',
  },
  {
    name: 'an empty body',
    serve: ({ socket, stream }) => {
      if (stream) socket.write(`${streamHead}${lastChunk}`);
      else socket.write(wholeAnswer(''));
    },
    whole: 502,
    stream: 502,
    code: 'upstream_stream_truncated',
    codeWhole: 'upstream_invalid_response',
  },
  {
    name: 'JSON that is no completion',
    serve: ({ socket }) => void socket.write(wholeAnswer('{"hello":["world"]}')),
    whole: 502,
    stream: 502,
    code: 'upstream_invalid_response',
  },
  {
    name: 'an error body with 200',
    serve: ({ socket, dialect }) => void socket.write(wholeAnswer(dialect.error('Something failed.', 'api_error'))),
    whole: 500,
    stream: 500,
    code: 'upstream_internal',
  },
  {
    name: 'a redirect to another origin',
    serve: ({ socket }) => void socket.write(wholeAnswer('{}', 'location: CANARY\r\n', '302 Found')),
    whole: 502,
    stream: 502,
    code: 'upstream_invalid_response',
  },
  {
    name: 'a gzip bomb',
    serve: ({ socket, stream }) => {
      const type = `content-type: ${stream ? 'text/event-stream' : 'application/json'}\r\n`;
      socket.write(wholeAnswer(bomb, `${type}content-encoding: gzip\r\n`));
    },
    whole: 502,
    stream: 502,
    code: 'upstream_invalid_response',
  },
  {
    name: 'a body larger than max_response_size_mb',
    serve: ({ socket }) => void socket.write(wholeAnswer(Buffer.alloc(5 * 1024 * 1024, 0x20))),
    whole: 502,
    code: 'upstream_invalid_response',
  },
  {
    name: 'broken gzip',
    serve: ({ socket }) => void socket.write(wholeAnswer('no gzip at all', 'content-encoding: gzip\r\n')),
    whole: 502,
    code: 'upstream_invalid_response',
  },
  {
    name: 'gzip within gzip',
    serve: ({ socket, dialect }) =>
      void socket.write(wholeAnswer(gzipSync(gzipSync(dialect.whole(wholeText))), 'content-encoding: gzip, gzip\r\n')),
    whole: 502,
    code: 'upstream_invalid_response',
  },
  {
    name: 'two different content-lengths',
    serve: ({ socket, dialect }) => void socket.write(wholeAnswer(dialect.whole(wholeText), 'content-length: 7\r\n')),
    whole: 502,
    code: 'upstream_invalid_response',
  },
  {
    name: 'an event stream although none was asked for',
    serve: ({ socket, dialect }) => writeStream(socket, completeStream(dialect, words)),
    whole: 502,
    code: 'upstream_invalid_response',
  },
  {
    name: 'a whole answer although a stream was asked for',
    serve: ({ socket, dialect }) => void socket.write(wholeAnswer(dialect.whole(wholeText))),
    stream: 502,
    code: 'upstream_invalid_response',
  },
  {
    name: 'plain gzip',
    serve: ({ socket, dialect }) =>
      void socket.write(wholeAnswer(gzipSync(dialect.whole(wholeText)), 'content-encoding: gzip\r\n')),
    whole: 'answered',
  },
];

const streamFaults: readonly Fault[] = [
  {
    name: 'no end marker, but a finish reason',
    serve: ({ socket, dialect }) => writeStream(socket, goodEvents(dialect) + eventsText(dialect.finish)),
    stream: 'answered',
    only: 'with its finish',
  },
  {
    name: 'no end marker although everything else came',
    serve: ({ socket, dialect }) => writeStream(socket, goodEvents(dialect) + eventsText(dialect.finish)),
    stream: 'in band',
    code: 'upstream_stream_truncated',
    only: 'with a marker',
  },
  {
    name: 'neither end marker nor finish reason',
    serve: ({ socket, dialect }) => writeStream(socket, goodEvents(dialect)),
    stream: 'in band',
    code: 'upstream_stream_truncated',
  },
  {
    name: 'torn in the middle of an event',
    serve: ({ socket, dialect }) =>
      writeStream(socket, goodEvents(dialect) + dialect.content('never whole').slice(0, 60)),
    stream: 'in band',
    code: 'upstream_stream_truncated',
  },
  {
    name: 'text that is no event stream',
    serve: ({ socket }) => writeStream(socket, 'lorem ipsum dolor\n\nsit amet: consectetur\n\n'.repeat(20)),
    stream: 502,
  },
  {
    name: 'random bytes as an event stream',
    serve: ({ socket }) =>
      writeStream(socket, Buffer.from(Array.from({ length: 5_000 }, (_, at) => (at * 167 + (at >> 3)) & 0xff))),
    stream: 502,
  },
  {
    name: 'invalid JSON in event 10 of 60',
    serve: ({ socket, dialect }) => {
      const tail = Array.from({ length: 50 }, () => dialect.content('never'));
      const between = Array.from({ length: 9 - dialect.opening.length - words.length }, () => dialect.content(''));
      const before = [...dialect.opening, ...words.map((word) => dialect.content(word)), ...between];
      writeStream(
        socket,
        eventsText([...before, 'data: {"choices":[{"index":0,', ...tail, ...dialect.finish, dialect.end]),
      );
    },
    stream: 'in band',
    code: 'upstream_invalid_response',
  },
  {
    name: 'an event over 1 MiB',
    serve: ({ socket, dialect }) =>
      writeStream(
        socket,
        goodEvents(dialect) + eventsText([dialect.content('x'.repeat(1_100_000)), ...dialect.finish, dialect.end]),
      ),
    stream: 'in band',
    code: 'upstream_invalid_response',
  },
  {
    name: 'an event over 1 MiB that never ends',
    serve: async (given) => {
      await beginStream(given);
      given.socket.write(chunkOf('data: "'));
      for (let at = 0; at < 40; at++) given.socket.write(chunkOf('x'.repeat(50_000)));
    },
    stream: 'in band',
    code: 'upstream_invalid_response',
  },
  {
    name: 'an error event as the first one',
    serve: ({ socket, dialect }) => writeStream(socket, eventsText([dialect.errorEvent])),
    stream: 'as its error event says',
  },
  {
    name: 'an error event amid the stream',
    serve: ({ socket, dialect }) => writeStream(socket, goodEvents(dialect) + eventsText([dialect.errorEvent])),
    stream: 'in band',
  },
  {
    name: 'an error event amid the stream, then an end as if nothing had happened',
    serve: ({ socket, dialect }) =>
      writeStream(socket, goodEvents(dialect) + eventsText([dialect.errorEvent, ...dialect.finish, dialect.end])),
    stream: 'in band',
  },
];

/** Unusual, and yet correct. */
const formOf = (name: string, bytesOf: (dialect: DialectAnswers) => string | Buffer): Fault => ({
  name,
  serve: ({ socket, dialect }) => writeStream(socket, bytesOf(dialect)),
  stream: 'answered',
});

const forms: readonly Fault[] = [
  formOf('lines that end in CRLF', (dialect) => completeStream(dialect, words, '\r\n')),
  formOf('lines that end in CR', (dialect) => completeStream(dialect, words, '\r')),
  formOf('comments between the events', (dialect) =>
    completeStream(dialect, words).replaceAll('\n\n', '\n\n: keep-alive\n\n'),
  ),
  formOf('comments within the events', (dialect) =>
    completeStream(dialect, words).replaceAll('data: ', ': ping\ndata: '),
  ),
  formOf('a byte order mark', (dialect) => `\uFEFF${completeStream(dialect, words)}`),
  formOf('no space after the colon', (dialect) => completeStream(dialect, words).replaceAll('data: ', 'data:')),
  formOf('data over several lines', (dialect) =>
    completeStream(dialect, words).replaceAll(/data: \{(.*)\}\n/g, 'data: {\ndata: $1\ndata: }\n'),
  ),
  {
    name: 'one byte at a time',
    serve: async ({ socket, dialect, stream }) => {
      socket.setNoDelay(true);
      const bytes = stream
        ? Buffer.from(
            `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n${completeStream(dialect, words)}`,
          )
        : wholeAnswer(dialect.whole(wholeText));
      for (const byte of bytes) {
        socket.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (stream) socket.end();
    },
    whole: 'answered',
    stream: 'answered',
  },
  {
    name: 'characters split over chunks',
    serve: async ({ socket, dialect }) => {
      const bytes = Buffer.from(completeStream(dialect, words));
      socket.write(streamHead);
      for (const [at, byte] of bytes.entries()) {
        // A chunk ends after each byte that begins or continues a longer character.
        if (byte < 0x80) continue;
        const from = bytes.subarray(0, at).findLastIndex((other) => other >= 0x80) + 1;
        socket.write(chunkOf(bytes.subarray(from, at + 1)));
        await new Promise((resolve) => setImmediate(resolve));
      }
      const rest = bytes.subarray(bytes.findLastIndex((byte) => byte >= 0x80) + 1);
      socket.write(Buffer.concat([chunkOf(rest), Buffer.from(lastChunk)]));
    },
    stream: 'answered',
  },
];

export const faults: readonly Fault[] = [...connectionFaults, ...bodyFaults, ...streamFaults, ...forms];
