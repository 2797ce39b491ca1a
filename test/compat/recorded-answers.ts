/** Recorded answers of providers as they stand in `fixtures/`, and the bytes of their streams. */
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface SseEvent {
  readonly event?: string;
  readonly data: unknown;
}

/** One message in AWS's binary framing. */
interface AwsMessage {
  readonly type?: string;
  readonly exception?: string;
  readonly payload: unknown;
}

/** The `upstream` member of a wire case. */
export interface RecordedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content_type?: string;
  readonly body?: unknown;
  readonly raw?: string;
  readonly sse?: readonly unknown[];
  readonly eventstream?: readonly AwsMessage[];
  readonly done?: boolean;
  /** The connection breaks after the last event. */
  readonly abort?: boolean;
}

/** `openai/chat`; undefined where nothing is recorded under that name. */
export function findRecorded(name: string): RecordedAnswer | undefined {
  const file = join(__dirname, 'fixtures', `${name}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RecordedAnswer) : undefined;
}

export function contentTypeOf({ content_type: given, sse, eventstream }: RecordedAnswer): string {
  if (given !== undefined) return given;
  if (eventstream) return 'application/vnd.amazon.eventstream';
  return sse ? 'text/event-stream' : 'application/json';
}

export function* eventsOf({ sse = [], eventstream = [], done }: RecordedAnswer): Generator<string | Uint8Array> {
  for (const message of eventstream) yield framed(message);
  for (const entry of sse) {
    const named = isNamed(entry) ? entry : { data: entry };
    const name = named.event === undefined ? '' : `event: ${named.event}\n`;
    const data = typeof named.data === 'string' ? named.data : JSON.stringify(named.data);
    yield `${name}data: ${data}\n\n`;
  }
  if (done) yield 'data: [DONE]\n\n';
}

/** The same events as InvokeModelWithResponseStream brings them: each in a frame of its own, as base64. */
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_PayloadPart.html
export function inChunks({ sse, ...answer }: RecordedAnswer): RecordedAnswer {
  if (!sse) return answer;
  const payloads = sse.map((entry) => ({
    bytes: Buffer.from(JSON.stringify(isNamed(entry) ? entry.data : entry)).toString('base64'),
  }));
  return { ...answer, eventstream: payloads.map((payload) => ({ type: 'chunk', payload })) };
}

function isNamed(entry: unknown): entry is SseEvent {
  return typeof entry === 'object' && entry !== null && 'event' in entry && 'data' in entry;
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);

// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
function framed({ type, exception, payload }: AwsMessage): Uint8Array {
  const text = (value: string): { type: 'string'; value: string } => ({ type: 'string', value });
  const headers = {
    ':message-type': text(exception === undefined ? 'event' : 'exception'),
    [exception === undefined ? ':event-type' : ':exception-type']: text(exception ?? type ?? ''),
    ':content-type': text('application/json'),
  };
  return codec.encode({ headers, body: Buffer.from(JSON.stringify(payload)) });
}
