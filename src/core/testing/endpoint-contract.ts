/** The contract test of the endpoints that answer in one piece, over recorded fixtures: requests, answers, errors. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import type { UploadedFile } from '../schema/uploaded-file.js';
import { isFollowUp, type AnswerStream, type EndpointAdapter, type EndpointCall } from '../spec/endpoint-adapter.js';
import type { Credentials, OutboundRequest } from '../spec/outbound.js';
import { plainParameters, type ParameterPolicy } from '../spec/parameters.js';
import type { ProviderDefinition } from '../spec/provider.js';
import type { Usage } from '../spec/usage.js';
import { withLoadedFiles } from '../transport/load-files.js';
import { toSent } from '../transport/sent-body.js';
import { assertFailure, assertPart, assertSame, type ExpectedError } from './assertions.js';
import { contractTimeMs } from './provider-fixture.js';

// The two words of the test runner that are needed; core depends on no runner.
declare function describe(name: string, body: () => void): void;
declare function it(name: string, body: () => void | Promise<void>): void;

export type EndpointName = 'embeddings' | 'rerank' | 'images' | 'transcription' | 'speech' | 'moderations';

/** A file in a fixture's body: `{"$file": {"name": "a.mp3", "contentType": "audio/mpeg", "text": "..."}}`. */
export interface EndpointFixture {
  /** A sentence that names the guarantee. */
  readonly name: string;
  readonly call: {
    readonly body: Readonly<Record<string, unknown>>;
    /** The provider's name of the model. */
    readonly model: string;
    readonly parameters?: Partial<ParameterPolicy>;
    readonly credentials?: Credentials;
    readonly apiBase?: string;
  };
  readonly sent?: {
    /** `POST` where absent. */
    readonly method?: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    /** A JSON body. */
    readonly body?: unknown;
    /** A body that is neither JSON nor a form. */
    readonly text?: string;
    /** A multipart form: texts, and the names of files. */
    readonly form?: Readonly<Record<string, string | readonly string[]>>;
  };
  readonly upstream?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    /** A string is sent as it is. */
    readonly body?: unknown;
  };
  readonly expect: {
    /** Every member that stands here is compared; a string or list is compared as a whole. */
    readonly answer?: unknown;
    readonly usage?: Usage;
    /** In place of `answer` where the upstream's bytes are passed on alone: their content type. */
    readonly passedOn?: string;
    /** The request that the answer leads to, in part. */
    readonly next?: { readonly method?: string; readonly path: string };
    /** Without `upstream`: what the request is refused with. */
    readonly error?: ExpectedError;
  };
}

const requiredErrors = [400, 401, 429, 500];

/** Declares the tests of one endpoint of a provider over the `*.json` files of `fixturesFolder`. */
export function describeEndpointContract(
  definition: ProviderDefinition,
  endpoint: EndpointName,
  fixturesFolder: string,
): void {
  const adapter = definition[endpoint] as EndpointAdapter<unknown, unknown> | undefined;
  const fixtures = readEndpointFixtures(fixturesFolder);
  describe(`the ${endpoint} contract of ${definition.id}`, () => {
    it('has a fixture for everything that it must show', () => {
      const missing = requiredErrors
        .filter((status) => !fixtures.some(({ upstream }) => upstream?.status === status))
        .map((status) => `an error with the status ${status}`);
      if (!fixtures.some(({ expect }) => expect.answer !== undefined)) missing.push('an answer');
      assert.ok(missing.length === 0, `${fixturesFolder} has no fixture for ${missing.join(', ')}.`);
    });
    for (const fixture of fixtures) {
      describe(fixture.name, () => describeFixture(definition, adapter, fixture));
    }
  });
}

function describeFixture(
  definition: ProviderDefinition,
  given: EndpointAdapter<unknown, unknown> | undefined,
  fixture: EndpointFixture,
): void {
  const adapter = (): EndpointAdapter<unknown, unknown> => {
    assert.ok(given, `${definition.id} has no such endpoint.`);
    return given;
  };
  const call = callOf(fixture, definition);
  const { sent, upstream, expect: expected } = fixture;
  if (!upstream) {
    it('refuses the request', () => {
      assert.ok(expected.error, 'A fixture without an upstream expects an error.');
      assertFailure(() => adapter().buildRequest(call), expected.error);
    });
    return;
  }
  if (sent) {
    const context = { nowMs: contractTimeMs, settings: call.parameters.provider };
    const credentials = fixture.call.credentials ?? { apiKey: 'test-key' };
    const requestOf = async (sentCall: EndpointCall<unknown>): Promise<OutboundRequest> =>
      withWholeBody(await definition.authenticate(adapter().buildRequest(sentCall), credentials, context));
    const showsRequest = async (request: OutboundRequest): Promise<void> => {
      assert.equal(`${request.method} ${request.path}`, `${sent.method ?? 'POST'} ${sent.path}`);
      assert.equal(request.origin, call.endpoint.origin);
      assertPart(request.headers, { ...sent.headers });
      if (sent.form) assertSame(await formOf(request), sent.form);
      else if (sent.text !== undefined) assert.equal(Buffer.from(request.body ?? '').toString(), sent.text);
      else assertSame(JSON.parse(Buffer.from(request.body ?? 'null').toString()), sent.body ?? null);
    };
    it('sends the request as recorded', async () => showsRequest(await requestOf(call)));
    if (JSON.stringify(fixture.call.body).includes('"$file"')) {
      it('sends the same of files that are not in memory', async () => {
        const body = withFiles(fixture.call.body, stored) as object;
        const loaded = await withLoadedFiles(adapter() as EndpointAdapter<object, unknown>, body);
        await showsRequest(await requestOf({ ...call, body: loaded }));
      });
    }
  }
  const { status, headers = {}, body } = upstream;
  const response = {
    status,
    headers,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? null)),
  };
  const { error, passedOn } = expected;
  const opened = status < 300 ? given?.openStream?.(response, call) : undefined;
  if (passedOn !== undefined || (opened && !error)) {
    describePassing(() => adapter().openStream?.(response, call), response.body, expected);
  }
  if (passedOn !== undefined) return;
  if (error) {
    it('maps the error to the catalog', () => {
      assertFailure(() => {
        if (status >= 300) throw adapter().parseError(response);
        adapter().parseResponse(response, call);
      }, error);
    });
    return;
  }
  it('reads the answer and its usage', () => {
    const parsed = adapter().parseResponse(response, call);
    if (isFollowUp(parsed)) {
      assert.ok(expected.next, 'The answer leads to another request.');
      assertPart(parsed.next, expected.next);
      return;
    }
    assert.ok(expected.next === undefined, 'The answer leads to no other request.');
    if (typeof expected.answer === 'object' && expected.answer !== null && !Array.isArray(expected.answer)) {
      assertPart(parsed.answer, expected.answer);
    } else {
      assertSame(parsed.answer, expected.answer);
    }
    assertSame(parsed.usage, expected.usage);
  });
}

/** However the bytes are cut, all of them go on, and what they cost is read from them. */
function describePassing(
  open: () => AnswerStream | undefined,
  body: Buffer,
  { passedOn, answer, usage, error }: EndpointFixture['expect'],
): void {
  const pass = (bytes: Buffer, cut: number): { stream: AnswerStream; passed: string } => {
    const stream = open();
    assert.ok(stream, 'The answer is passed on.');
    const passed: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += cut)
      passed.push(stream.push(bytes.subarray(at, at + cut)) ?? Buffer.alloc(0));
    stream.end();
    return { stream, passed: Buffer.concat(passed).toString() };
  };
  if (error) {
    it('fails while it is passed on', () => assertFailure(() => pass(body, body.length), error));
    return;
  }
  it('passes the same bytes on while they come', () => {
    for (const cut of [1, 7, body.length]) {
      const { stream, passed } = pass(body, cut);
      assert.equal(passed, body.toString());
      assertSame(stream.usage, usage);
      assert.equal(stream.contentType, passedOn ?? (answer as { contentType: string }).contentType);
    }
  });
  if (!passedOn?.startsWith('text/event-stream')) return;
  it('is an error where its last event is missing', () => {
    const cutOff = body.subarray(0, body.lastIndexOf('\nevent: ') + 1);
    assertFailure(() => pass(cutOff, 7), { code: 'upstream_stream_truncated', status: 502 });
  });
}

function callOf(fixture: EndpointFixture, definition: ProviderDefinition): EndpointCall<unknown> {
  const { body, model, parameters, apiBase } = fixture.call;
  const located =
    definition.locate?.(parameters?.provider ?? {}, apiBase, fixture.call.credentials) ??
    apiBase ??
    definition.defaultBaseUrl;
  const base = new URL(located ?? 'https://provider.example/v1');
  return {
    body: withFiles(body),
    model,
    endpoint: { origin: base.origin, basePath: base.pathname.replace(/\/+$/, '') },
    parameters: { ...plainParameters, ...parameters },
    created: contractTimeMs / 1_000,
    responseId: 'contract-id',
  };
}

interface FileFixture {
  readonly name: string;
  readonly contentType: string;
  readonly text: string;
}

function inMemory({ name, contentType, text }: FileFixture): UploadedFile {
  return { name, contentType, bytes: Buffer.from(text) };
}

function stored({ name, contentType, text }: FileFixture): UploadedFile {
  const bytes = Buffer.from(text);
  const halves = [bytes.subarray(0, 2), bytes.subarray(2)];
  return { name, contentType, source: { size: bytes.length, read: () => Readable.from(halves) }, salt: 'contract' };
}

function withFiles(value: unknown, toFile = inMemory): unknown {
  if (Array.isArray(value)) return value.map((each) => withFiles(each, toFile));
  if (typeof value !== 'object' || value === null) return value;
  const { $file: file } = value as { $file?: FileFixture };
  if (file) return toFile(file);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withFiles(inner, toFile)]));
}

/** As the provider receives it, with the length that is announced. */
async function withWholeBody(request: OutboundRequest): Promise<OutboundRequest> {
  const { headers, body } = toSent(request);
  if (!(body instanceof Readable)) return request;
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  const whole = Buffer.concat(chunks);
  assert.equal(headers['content-length'], String(whole.length));
  return { ...request, body: whole };
}

async function formOf(request: OutboundRequest): Promise<Record<string, string | string[]>> {
  const body = typeof request.body === 'string' ? request.body : Buffer.from(request.body ?? '');
  const form = await new Response(body, { headers: { ...request.headers } }).formData();
  const fields: Record<string, string | string[]> = {};
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name).map((value) => (typeof value === 'string' ? value : value.name));
    fields[name] = values.length === 1 ? (values[0] as string) : values;
  }
  return fields;
}

function readEndpointFixtures(folder: string): readonly EndpointFixture[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => {
    const fixture = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Partial<EndpointFixture>;
    for (const member of ['name', 'call', 'expect'] as const) {
      if (fixture[member] === undefined) throw new Error(`${basename(folder)}/${file} has no "${member}".`);
    }
    return fixture as EndpointFixture;
  });
}
