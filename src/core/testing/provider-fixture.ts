/** A provider's recorded exchange as a file: the call, what is sent, what comes back, and what becomes of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ErrorCode } from '../errors/catalog.js';
import type { ChatCompletionRequest } from '../schema/openai/chat.js';
import type { NativeCall } from '../spec/chat-adapter.js';
import { plainParameters, type ParameterPolicy } from '../spec/parameters.js';
import type { ProviderDefinition } from '../spec/provider.js';
import type { Usage } from '../spec/usage.js';
import type { AssembledChoice } from './assemble-stream.js';

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
  };
  readonly sent: {
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
  };
  readonly expect: {
    /** Of a stream the `choices` alone are compared, of a whole answer every member that stands here. */
    readonly completion?: { readonly choices: readonly AssembledChoice[]; readonly [member: string]: unknown };
    readonly usage?: Usage;
    /** Of the first choice. */
    readonly finishReason?: string;
    /** Of a message a part is enough. */
    readonly error?: {
      readonly code: ErrorCode;
      readonly status: number;
      readonly message?: string;
      readonly retryAfterMs?: number;
    };
  };
}

/** The fixtures of a folder, in the order of their file names. */
export function readFixtures(folder: string): readonly ProviderFixture[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => {
    const fixture = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Partial<ProviderFixture>;
    for (const member of ['name', 'call', 'sent', 'upstream', 'expect'] as const) {
      if (fixture[member] === undefined) throw new Error(`${basename(folder)}/${file} has no "${member}".`);
    }
    return fixture as ProviderFixture;
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
export function missingFixtures(fixtures: readonly ProviderFixture[]): readonly string[] {
  return Object.keys(required).filter((what) => !fixtures.some((fixture) => required[what]?.(fixture)));
}

export function succeeds(fixture: ProviderFixture): boolean {
  return fixture.expect.error === undefined;
}

export function callOf(fixture: ProviderFixture, definition: ProviderDefinition): NativeCall {
  const { body, model, stream, parameters } = fixture.call;
  const base = new URL(definition.defaultBaseUrl ?? 'https://provider.example/v1');
  return {
    body,
    bytes: Buffer.from(JSON.stringify(body)),
    model,
    stream: stream ?? false,
    endpoint: { origin: base.origin, basePath: base.pathname.replace(/\/+$/, '') },
    parameters: { ...plainParameters, ...parameters },
    created: 1_735_689_600,
    responseId: 'chatcmpl-contract',
  };
}

/** A whole answer's bytes. */
export function bodyOf({ upstream: { body } }: ProviderFixture): Buffer {
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? null));
}

/** A streamed answer's bytes, event by event, the end marker included. */
export function eventsOf({ upstream: { sse, done } }: ProviderFixture): readonly Buffer[] {
  const events = (sse ?? []).map(({ event, data }) => {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    return `${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`;
  });
  return [...events, ...(done ? ['data: [DONE]\n\n'] : [])].map((text) => Buffer.from(text));
}
