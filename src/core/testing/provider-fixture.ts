/** A provider's recorded exchange as a file: the call, what is sent, what comes back, and what becomes of it. */
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ChatCompletionRequest } from '../schema/openai/chat.js';
import type { FetchedMedia, NativeCall } from '../spec/chat-adapter.js';
import type { Credentials } from '../spec/outbound.js';
import { plainParameters, type ParameterPolicy } from '../spec/parameters.js';
import type { ProviderDefinition } from '../spec/provider.js';
import type { Usage } from '../spec/usage.js';
import type { AssembledChoice } from './assemble-stream.js';
import type { ExpectedError } from './assertions.js';

export interface ProviderFixture {
  /** A sentence that names the guarantee. */
  readonly name: string;
  readonly call: {
    readonly body: ChatCompletionRequest;
    /** The provider's name of the model. */
    readonly model: string;
    readonly stream?: boolean;
    /** What differs from a deployment without settings. */
    readonly parameters?: Partial<ParameterPolicy>;
    /** What the request is signed with; `{"apiKey": "test-key"}` where absent. */
    readonly credentials?: Credentials;
    /** Where the provider has no address of its own. */
    readonly apiBase?: string;
    /** The files behind the addresses of the body, for providers that take bytes only. */
    readonly media?: Readonly<Record<string, FetchedMedia>>;
  };
  readonly sent: {
    /** `POST` where absent. */
    readonly method?: string;
    readonly path: string;
    /** Headers that must be among those sent; the key is `test-key`. */
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly upstream: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    /** A whole answer; a string is sent as it is. */
    readonly body?: unknown;
    /** A streamed answer, event by event; `data` that is no string is sent as JSON. */
    readonly sse?: readonly { readonly event?: string; readonly data: unknown }[];
    /** Whether `data: [DONE]` follows the events. */
    readonly done?: boolean;
    /** A streamed answer of JSON lines; a line that is no string is sent as JSON. */
    readonly ndjson?: readonly unknown[];
    /** A streamed answer in AWS's binary framing, message by message. */
    readonly eventstream?: readonly AwsMessage[];
  };
  readonly expect: {
    /** Of a stream the `choices` alone are compared, of a whole answer every member that stands here. */
    readonly completion?: { readonly choices: readonly AssembledChoice[]; readonly [member: string]: unknown };
    /** Null where the provider reports none. */
    readonly usage?: Usage | null;
    /** Of the first choice. */
    readonly finishReason?: string;
    readonly error?: ExpectedError;
    /** The request that the answer leads to instead. */
    readonly next?: { readonly method?: string; readonly origin?: string; readonly path: string };
  };
}

/** What comes back, in whatever dialect was asked. */
export type Exchange = Pick<ProviderFixture, 'upstream'>;

export interface AwsMessage {
  /** `event` where absent, or `exception`. */
  readonly type?: string;
  /** The event's or exception's name: `contentBlockDelta`. */
  readonly name: string;
  readonly payload?: unknown;
  /** In place of the payload: an event of the model's own, which InvokeModel's chunks carry as base64. */
  readonly carries?: unknown;
}

/** The fixtures of a folder, in the order of their file names. */
export function readFixtures<Fixture = ProviderFixture>(folder: string): readonly Fixture[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => {
    const fixture = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Partial<ProviderFixture>;
    for (const member of ['name', 'call', 'sent', 'upstream', 'expect'] as const) {
      if (fixture[member] === undefined) throw new Error(`${basename(folder)}/${file} has no "${member}".`);
    }
    return fixture as Fixture;
  });
}

/** What a provider must at least have shown, and how a fixture is known to show it. */
const required: Readonly<Record<string, (fixture: ProviderFixture) => boolean>> = {
  'a plain answer': (fixture) => succeeds(fixture) && !fixture.call.stream && !fixture.call.body.tools,
  'a streamed answer': (fixture) => succeeds(fixture) && fixture.call.stream === true && !fixture.call.body.tools,
  'an answer with tool calls': (fixture) =>
    succeeds(fixture) && !fixture.call.stream && Boolean(fixture.call.body.tools),
  'a streamed answer with tool calls': (fixture) =>
    succeeds(fixture) && fixture.call.stream === true && Boolean(fixture.call.body.tools),
  'an error with the status 400': (fixture) => fixture.upstream.status === 400,
  'an error with the status 401': (fixture) => fixture.upstream.status === 401,
  'an error with the status 429': (fixture) => fixture.upstream.status === 429,
  'an error with the status 500': (fixture) => fixture.upstream.status === 500,
};

/** What the fixtures do not show yet, in words. */
export function missingFixtures(
  fixtures: readonly ProviderFixture[],
  definition: ProviderDefinition,
): readonly string[] {
  const model = fixtures[0]?.call.model ?? '';
  const takesTools = definition.chat?.supportedParams(model).has('tools') ?? true;
  const wanted = Object.keys(required).filter((what) => takesTools || !what.includes('tool'));
  return wanted.filter((what) => !fixtures.some((fixture) => required[what]?.(fixture)));
}

export function succeeds(fixture: ProviderFixture): boolean {
  return fixture.expect.error === undefined && fixture.expect.next === undefined;
}

export function callOf(fixture: ProviderFixture, definition: ProviderDefinition): NativeCall {
  const { body, model, stream, parameters, apiBase, media } = fixture.call;
  const settings = parameters?.provider ?? {};
  const located =
    definition.locate?.(settings, apiBase, fixture.call.credentials) ?? apiBase ?? definition.defaultBaseUrl;
  const base = new URL(located ?? 'https://provider.example/v1');
  return {
    body,
    bytes: Buffer.from(JSON.stringify(body)),
    model,
    stream: stream ?? false,
    endpoint: { origin: base.origin, basePath: base.pathname.replace(/\/+$/, '') },
    parameters: { ...plainParameters, ...parameters },
    created: 1_735_689_600,
    responseId: 'chatcmpl-contract',
    ...(media && { media: new Map(Object.entries(media)) }),
  };
}

/** The moment of every contract test. */
export const contractTimeMs = 1_735_689_600_000;

export function credentialsOf({
  call: { credentials },
}: {
  readonly call: Pick<ProviderFixture['call'], 'credentials'>;
}): Credentials {
  return credentials ?? { apiKey: 'test-key' };
}

/** A whole answer's bytes. */
export function bodyOf({ upstream: { body } }: Exchange): Buffer {
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? null));
}

/** True where the provider answers with a stream. */
export function isStreamed({ upstream: { sse, ndjson, eventstream } }: Exchange): boolean {
  return Boolean(sse ?? ndjson ?? eventstream);
}

/** A streamed answer's bytes, event by event, the end marker included. */
export function eventsOf({ upstream: { sse, done, ndjson, eventstream } }: Exchange): readonly Buffer[] {
  if (eventstream) return eventstream.map(toAwsFrame);
  if (ndjson) return ndjson.map((line) => Buffer.from(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`));
  const events = (sse ?? []).map(({ event, data }) => {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    return `${event === undefined ? '' : `event: ${event}\n`}${text.replace(/^/gm, 'data: ')}\n\n`;
  });
  return [...events, ...(done ? ['data: [DONE]\n\n'] : [])].map((text) => Buffer.from(text));
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);

export function toAwsFrame({ type = 'event', name, payload, carries }: AwsMessage): Buffer {
  const body = carries === undefined ? payload : { bytes: Buffer.from(JSON.stringify(carries)).toString('base64') };
  const frame = codec.encode({
    headers: {
      ':message-type': { type: 'string', value: type },
      [type === 'exception' ? ':exception-type' : ':event-type']: { type: 'string', value: name },
      ':content-type': { type: 'string', value: 'application/json' },
    },
    body: Buffer.from(JSON.stringify(body)),
  });
  return Buffer.from(frame);
}
