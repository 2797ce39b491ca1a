/** The contract test that every provider's own spec runs over its fixtures: requests, answers, streams, errors. */
import assert from 'node:assert/strict';
import type { ChatCompletion } from '../schema/openai/chat.js';
import { toChatUsage } from '../schema/openai/chat-usage.js';
import { isFollowUp } from '../spec/endpoint-adapter.js';
import type { NativeAdapter, NativeCall } from '../spec/chat-adapter.js';
import type { ProviderDefinition } from '../spec/provider.js';
import type { Usage } from '../spec/usage.js';
import { assembleStream, type AssembledChoice } from './assemble-stream.js';
import { assertFailure, assertPart, assertSame } from './assertions.js';
import { nativeStream, runStream, translatedStream, type OpenStream } from './contract-streams.js';
import {
  bodyOf,
  callOf,
  contractTimeMs,
  credentialsOf,
  eventsOf,
  isStreamed,
  missingFixtures,
  readFixtures,
  succeeds,
  type ProviderFixture,
} from './provider-fixture.js';

// The two words of the test runner that are needed; core depends on no runner.
declare function describe(name: string, body: () => void): void;
declare function it(name: string, body: () => void | Promise<void>): void;

/** Declares the tests of one provider over the `*.json` files of `fixturesFolder`; see `ProviderFixture` for their form. */
export function describeProviderContract(definition: ProviderDefinition, fixturesFolder: string): void {
  const fixtures = readFixtures(fixturesFolder);
  describe(`the contract of ${definition.id}`, () => {
    it('has a fixture for everything that a provider must show', () => {
      const missing = missingFixtures(fixtures, definition);
      assert.ok(missing.length === 0, `${fixturesFolder} has no fixture for ${missing.join(', ')}.`);
    });
    for (const fixture of fixtures) {
      describe(fixture.name, () => {
        describeRequest(definition, fixture);
        if (fixture.expect.next) describeFollowUp(definition, fixture);
        else if (!succeeds(fixture)) describeFailure(definition, fixture);
        else if (fixture.call.stream) describeStream(definition, fixture);
        else describeWhole(definition, fixture);
      });
    }
  });
}

function describeRequest(definition: ProviderDefinition, fixture: ProviderFixture): void {
  const call = callOf(fixture, definition);
  const adapters = { translated: definition.chat, native: nativeOf(definition, call) };
  for (const [way, adapter] of Object.entries(adapters)) {
    if (!adapter) continue;
    it(`sends the ${way} request as recorded`, async () => {
      const request = await definition.authenticate(adapter.buildRequest(call), credentialsOf(fixture), {
        nowMs: contractTimeMs,
        settings: call.parameters.provider,
      });
      assert.equal(`${request.method} ${request.path}`, `${fixture.sent.method ?? 'POST'} ${fixture.sent.path}`);
      assert.equal(request.origin, call.endpoint.origin);
      assertPart(request.headers, { ...fixture.sent.headers });
      assertSame(JSON.parse(Buffer.from(request.body ?? '').toString()), fixture.sent.body);
    });
  }
}

function describeFollowUp(definition: ProviderDefinition, fixture: ProviderFixture): void {
  const { status, headers = {} } = fixture.upstream;
  it('leads to the next request', () => {
    const call = callOf(fixture, definition);
    const parsed = chatOf(definition).parseResponse({ status, headers, body: bodyOf(fixture) }, call);
    assert.ok(isFollowUp(parsed), 'The answer leads to no further request.');
    assertPart(parsed.next, { method: 'GET', origin: call.endpoint.origin, ...fixture.expect.next });
  });
}

function describeWhole(definition: ProviderDefinition, fixture: ProviderFixture): void {
  const call = callOf(fixture, definition);
  const body = bodyOf(fixture);
  const headers = fixture.upstream.headers ?? {};
  it('reads the answer and its usage', () => {
    const parsed = chatOf(definition).parseResponse({ status: 200, headers, body }, call);
    assert.ok(!isFollowUp(parsed), 'The answer leads to another request.');
    const { usage } = parsed;
    // As the transport does for every adapter that leaves it out.
    const completion = { ...(usage && { usage: toChatUsage(usage) }), ...parsed.completion };
    expectCompletion(completion, usage, fixture);
    assert.equal(completion.object, 'chat.completion');
    assert.equal(`${typeof completion.id} ${typeof completion.created}`, 'string number');
  });
  const native = nativeOf(definition, call);
  if (!native) return;
  it('passes the answer through natively and reads its usage', () => {
    const answer = native.readResponse({ headers, body }, call);
    expectCompletion(JSON.parse(answer.body.toString()) as ChatCompletion, answer.usage, fixture);
  });
}

function describeStream(definition: ProviderDefinition, fixture: ProviderFixture): void {
  for (const [way, open] of streamsOf(definition, fixture)) {
    const events = eventsOf(fixture);
    const bytes = Buffer.concat(events);
    it(`assembles the ${way} stream to the expected answer, with its usage`, () => {
      const { choices, usage } = runStream(open(), events);
      expectCompletion({ choices }, usage, fixture);
    });
    it(`gives a usage chunk of the ${way} stream only to a client that reads the provider's own and asked for it`, () => {
      const stream = open();
      runStream(stream, events);
      const reports = stream.chunks().filter(({ usage }) => usage);
      const usageChunks = reports.filter(({ choices }) => choices.length === 0);
      const asked = way === 'native' && fixture.call.body.stream_options?.include_usage === true;
      // Some providers report in the last chunk with content; that one goes through as it is.
      assert.equal(usageChunks.length, asked && reports.length === usageChunks.length ? 1 : 0);
    });
    it(`gives the same for the ${way} stream cut at any byte`, () => {
      // Compared as text: thousands of deep comparisons would take most of the time.
      const resultOf = (pieces: readonly Buffer[]): string => JSON.stringify(runStream(open(), pieces));
      const whole = resultOf([bytes]);
      for (let at = 1; at < bytes.length; at += 1) {
        assert.equal(resultOf([bytes.subarray(0, at), bytes.subarray(at)]), whole);
      }
      const byteByByte = [...bytes].map((byte) => Buffer.from([byte]));
      assert.equal(resultOf(byteByByte), whole);
    });
    it(`reports the ${way} stream as truncated wherever it ends too early, and never makes up a finish`, () => {
      for (let count = 0; count < events.length; count += 1) expectTruncation(open(), events.slice(0, count), fixture);
      assertFailure(() => runStream(open(), []), { code: 'upstream_stream_truncated', status: 502 });
    });
  }
}

/** A stream that ends after `events` either lacks nothing that matters, or is refused without a finish of our own making. */
function expectTruncation(stream: OpenStream, events: readonly Buffer[], fixture: ProviderFixture): void {
  for (const event of events) stream.push(event);
  const pushed = assembleStream(stream.chunks());
  try {
    stream.end();
  } catch (error) {
    assertPart(error, { code: 'upstream_stream_truncated' });
    assertSame(finishReasons(assembleStream(stream.chunks())), finishReasons(pushed));
    return;
  }
  assertSame(assembleStream(stream.chunks()), fixture.expect.completion?.choices);
}

function describeFailure(definition: ProviderDefinition, fixture: ProviderFixture): void {
  const expected = fixture.expect.error;
  if (!expected) return;
  const { status, headers = {} } = fixture.upstream;
  const call = callOf(fixture, definition);
  const body = bodyOf(fixture);
  if (status >= 300) {
    it('maps the error to the catalog', () => {
      assertFailure(() => {
        throw chatOf(definition).parseError({ status, headers, body });
      }, expected);
    });
  } else if (isStreamed(fixture)) {
    for (const [way, open] of streamsOf(definition, fixture)) {
      it(`ends the ${way} stream with the error, after what was good`, () => {
        const stream = open();
        assertFailure(() => runStream(stream, eventsOf(fixture)), expected);
        assertSame(assembleStream(stream.chunks()), fixture.expect.completion?.choices ?? []);
      });
    }
  } else {
    it('finds the error in an answer that claims success', () => {
      assertFailure(() => chatOf(definition).parseResponse({ status, headers, body }, call), expected);
      const native = nativeOf(definition, call);
      if (native) assertFailure(() => native.readResponse({ headers, body }, call), expected);
    });
  }
}

function expectCompletion(
  completion: { readonly choices: readonly unknown[] },
  usage: Usage | undefined,
  { expect: expected, call }: ProviderFixture,
): void {
  const members = call.stream ? { choices: expected.completion?.choices } : { ...expected.completion };
  for (const [member, value] of Object.entries(members)) assertSame(Reflect.get(completion, member), value);
  const [first] = completion.choices as readonly AssembledChoice[];
  if (expected.finishReason !== undefined) assert.equal(first?.finish_reason, expected.finishReason);
  if (expected.usage === null) {
    assert.equal(usage, undefined);
    return;
  }
  assert.ok(usage, 'There is no usage.');
  assertSame(usage, expected.usage);
}

function streamsOf(definition: ProviderDefinition, fixture: ProviderFixture): readonly [string, () => OpenStream][] {
  const call = callOf(fixture, definition);
  const native = nativeOf(definition, call);
  return [
    ['translated', () => translatedStream(chatOf(definition).createStreamParser(call))],
    ...(native ? [['native', () => nativeStream(native.createStreamTap(call))] as [string, () => OpenStream]] : []),
  ];
}

function chatOf(definition: ProviderDefinition): NonNullable<ProviderDefinition['chat']> {
  if (!definition.chat) throw new Error(`${definition.id} has no chat adapter.`);
  return definition.chat;
}

function finishReasons(choices: readonly AssembledChoice[]): readonly (string | null)[] {
  return choices.map((choice) => choice.finish_reason);
}

/** The pair that passes the hub's own dialect through, where the provider has one and it takes this call. */
function nativeOf(definition: ProviderDefinition, call: NativeCall): NativeAdapter | undefined {
  const native = definition.native?.['openai-chat'];
  return native?.accepts(call) ? native : undefined;
}
