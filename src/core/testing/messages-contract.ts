/** The contract test of providers that take Anthropic's Messages requests as they are, over documented exchanges: what is sent, passed on and counted. */
import assert from 'node:assert/strict';
import type { MessagesRequest } from '../schema/anthropic/messages-request.js';
import type { NativeAdapter, NativeCall } from '../spec/chat-adapter.js';
import type { ProviderDefinition } from '../spec/provider.js';
import type { Usage } from '../spec/usage.js';
import { assertFailure, assertPart, assertSame, type ExpectedError } from './assertions.js';
import {
  bodyOf,
  contractTimeMs,
  credentialsOf,
  eventsOf,
  isStreamed,
  readFixtures,
  type ProviderFixture,
} from './provider-fixture.js';
import { plainParameters } from '../spec/parameters.js';

// The two words of the test runner that are needed; core depends on no runner.
declare function describe(name: string, body: () => void): void;
declare function it(name: string, body: () => void | Promise<void>): void;

export interface MessagesFixture extends Pick<ProviderFixture, 'name' | 'upstream'> {
  /** The page that documents the exchange. */
  readonly source: string;
  readonly call: Omit<ProviderFixture['call'], 'body' | 'media'> & {
    readonly body: MessagesRequest;
    readonly clientHeaders?: Readonly<Record<string, string>>;
  };
  readonly sent: Omit<ProviderFixture['sent'], 'method'> & {
    /** The endpoint's where absent. */
    readonly origin?: string;
    /** Names of headers that must not be among those sent. */
    readonly unsent?: readonly string[];
  };
  readonly expect: {
    /** The events that the client gets; what came where absent. Of a stream that fails, those before. */
    readonly events?: readonly { readonly type: string }[];
    readonly usage?: Usage;
    readonly error?: ExpectedError;
  };
}

const required: Readonly<Record<string, (fixture: MessagesFixture) => boolean>> = {
  'a whole answer': (fixture) => !isStreamed(fixture) && !fixture.expect.error,
  'a streamed answer': (fixture) => isStreamed(fixture) && !fixture.expect.error,
  'a stream that fails': (fixture) => isStreamed(fixture) && Boolean(fixture.expect.error),
  'an error answer': ({ upstream }) => upstream.status >= 400,
};

/** Declares the tests of one provider over the `*.json` files of `fixturesFolder`; see `MessagesFixture` for their form. */
export function describeMessagesContract(definition: ProviderDefinition, fixturesFolder: string): void {
  const native = definition.native?.['anthropic-messages'];
  const fixtures = readFixtures<MessagesFixture>(fixturesFolder);
  describe(`the Messages API of ${definition.id}`, () => {
    it('has a fixture for everything that it must show', () => {
      const missing = Object.keys(required).filter((what) => !fixtures.some((fixture) => required[what]?.(fixture)));
      assert.deepEqual(missing, []);
    });
    if (!native) throw new Error(`${definition.id} does not take Messages requests as they are.`);
    for (const fixture of fixtures) {
      describe(fixture.name, () => {
        describeRequest(definition, native, fixture);
        if (fixture.upstream.status >= 400) describeErrorAnswer(definition, fixture);
        else if (isStreamed(fixture)) describeStream(definition, native, fixture);
        else describeWhole(definition, native, fixture);
      });
    }
  });
}

type Native = NativeAdapter<MessagesRequest>;

function describeRequest(definition: ProviderDefinition, native: Native, fixture: MessagesFixture): void {
  const { path, headers = {}, unsent = [], body, origin } = fixture.sent;
  // As SDKs write a body, and as people do.
  for (const indent of [0, 2]) {
    it(`sends the request as documented, written with an indent of ${indent}`, async () => {
      const call = callOf(definition, fixture, indent);
      assert.ok(native.accepts(call));
      const request = await definition.authenticate(native.buildRequest(call), credentialsOf(fixture), {
        nowMs: contractTimeMs,
        settings: call.parameters.provider,
      });
      assert.equal(
        `${request.method} ${request.origin}${request.path}`,
        `POST ${origin ?? call.endpoint.origin}${path}`,
      );
      assertPart(request.headers, headers);
      for (const name of unsent) assert.equal(request.headers[name], undefined);
      assertSame(JSON.parse(Buffer.from(request.body ?? '').toString()), body);
    });
  }
}

function describeWhole(definition: ProviderDefinition, native: Native, fixture: MessagesFixture): void {
  const { headers = {} } = fixture.upstream;
  const read = () => native.readResponse({ headers, body: bodyOf(fixture) }, callOf(definition, fixture));
  const { error, usage } = fixture.expect;
  if (error) {
    it('finds the error in an answer that claims success', () => assertFailure(read, error));
    return;
  }
  it('passes the answer on as it is, and reads its usage', () => {
    const answer = read();
    assert.equal(answer.body.toString(), bodyOf(fixture).toString());
    assertSame(answer.usage, usage);
  });
}

function describeErrorAnswer({ chat }: ProviderDefinition, fixture: MessagesFixture): void {
  const { status, headers = {} } = fixture.upstream;
  const { error } = fixture.expect;
  it('maps the error to the catalog', () => {
    assert.ok(chat && error);
    const fault = chat.parseError({ status, headers, body: bodyOf(fixture) });
    assertFailure(() => {
      throw fault;
    }, error);
  });
}

function describeStream(definition: ProviderDefinition, native: Native, fixture: MessagesFixture): void {
  const { error, usage } = fixture.expect;
  const frames = eventsOf(fixture);
  const run = (pieces: readonly Buffer[]) => runTap(native, callOf(definition, fixture), pieces);
  const expected = textOf(fixture);
  if (error) {
    it('ends the stream with the error, after what was good', () => {
      const { text, fault } = run(frames);
      assert.equal(text, expected);
      assertFailure(() => {
        throw fault as Error;
      }, error);
    });
    return;
  }
  it("passes the stream on in Anthropic's form, and reads its usage", () => {
    const result = run(frames);
    assert.equal(result.fault, undefined);
    assert.equal(result.text, expected);
    assertSame(result.usage, usage);
  });
  it('gives the same for the stream cut at any byte', () => {
    const bytes = Buffer.concat(frames);
    for (let at = 1; at < bytes.length; at += 1)
      assertGiven(run([bytes.subarray(0, at), bytes.subarray(at)]), expected);
    assertGiven(run([...bytes].map((byte) => Buffer.from([byte]))), expected);
  });
  it('reports the stream as truncated wherever it ends too early', () => {
    const bytes = Buffer.concat(frames);
    const ends = frames.map((_frame, count) => Buffer.concat(frames.slice(0, count)).length);
    for (const end of [...ends, bytes.length - 1]) {
      const { text, fault } = run([bytes.subarray(0, end)]);
      assertPart(fault, { code: 'upstream_stream_truncated', provider: definition.id });
      assert.ok(expected.startsWith(text) && text.length < expected.length);
    }
  });
}

interface TapResult {
  readonly text: string;
  readonly usage: Usage | undefined;
  readonly fault: unknown;
}

function assertGiven({ text, fault }: TapResult, expected: string): void {
  assert.equal(fault, undefined);
  assert.equal(text, expected);
}

function runTap(native: Native, call: NativeCall<MessagesRequest>, pieces: readonly Buffer[]): TapResult {
  const tap = native.createStreamTap(call);
  const given: Buffer[] = [];
  let fault: unknown;
  try {
    for (const piece of pieces) given.push(tap.push(piece) ?? Buffer.alloc(0));
    given.push(tap.end() ?? Buffer.alloc(0));
  } catch (thrown) {
    given.push(tap.beforeFault ?? Buffer.alloc(0));
    fault = thrown;
  }
  return { text: Buffer.concat(given).toString(), usage: tap.usage, fault };
}

function textOf(fixture: MessagesFixture): string {
  const { events } = fixture.expect;
  if (!events) return Buffer.concat(eventsOf(fixture)).toString();
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

function callOf(definition: ProviderDefinition, { call }: MessagesFixture, indent = 0): NativeCall<MessagesRequest> {
  const { body, model, stream = false, parameters, apiBase, credentials, clientHeaders } = call;
  const located = definition.locate?.(parameters?.provider ?? {}, apiBase, credentials) ?? apiBase;
  const base = new URL(located ?? definition.defaultBaseUrl ?? 'https://provider.example');
  return {
    body,
    bytes: Buffer.from(JSON.stringify(body, null, indent)),
    model,
    stream,
    endpoint: { origin: base.origin, basePath: base.pathname.replace(/\/+$/, '') },
    parameters: { ...plainParameters, ...parameters },
    created: 1_735_689_600,
    responseId: 'msg_contract',
    ...(clientHeaders && { clientHeaders }),
  };
}
