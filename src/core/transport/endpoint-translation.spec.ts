/** A call that goes in pieces: one request after the other, one answer, one usage, and no half of it sent where a piece is bad. */
import { GatewayError } from '../errors/gateway-error.js';
import type { EmbeddingRequest } from '../schema/openai/embeddings.js';
import type { EndpointAdapter, EndpointCall } from '../spec/endpoint-adapter.js';
import { plainParameters } from '../spec/parameters.js';
import { EndpointTranslation } from './endpoint-translation.js';

type Call = EndpointCall<EmbeddingRequest>;

const adapter: EndpointAdapter<EmbeddingRequest, string> = {
  supportedParams: () => new Set(),
  buildRequest({ body: { input }, endpoint }) {
    if (typeof input !== 'string') throw new GatewayError('invalid_request', { param: 'input' });
    return { method: 'POST', origin: endpoint.origin, path: `/${input}`, headers: {} };
  },
  parseResponse: ({ body }) => ({ answer: String(body), usage: { promptTokens: 2, completionTokens: 0 } }),
  parseError: () => new GatewayError('upstream_internal'),
  pieces: {
    split: (call) =>
      [call.body.input].flat().map((input) => ({ ...call, body: { ...call.body, input } as EmbeddingRequest })),
    join: (answers) => answers.join('+'),
  },
};

function callOf(input: EmbeddingRequest['input']): Call {
  return {
    body: { model: 'ours', input },
    model: 'm',
    endpoint: { origin: 'https://acme.test', basePath: '' },
    parameters: plainParameters,
    created: 0,
    responseId: 'r',
  };
}

function translate(input: EmbeddingRequest['input'], given = adapter) {
  const call = callOf(input);
  return new EndpointTranslation('acme', given, call, { whole: (answer: string) => ({ body: answer }) as never });
}

const answer = (text: string) => ({ status: 200, headers: {}, body: Buffer.from(text) });

it('asks for the pieces in their order and joins what comes back', () => {
  const translation = translate(['a', 'b', 'c']);
  expect(translation.request.path).toBe('/a');
  expect(translation.readWhole(answer('A'))).toMatchObject({ next: { path: '/b' }, afterMs: 0 });
  expect(translation.readWhole(answer('B'))).toMatchObject({ next: { path: '/c' } });
  expect(translation.readWhole(answer('C'))).toEqual({
    body: 'A+B+C',
    usage: { promptTokens: 6, completionTokens: 0 },
  });
});

it('is read as it is where it goes in one', () => {
  const single = translate('a', { ...adapter, pieces: undefined });
  expect(single.readWhole(answer('A'))).toEqual({ body: 'A', usage: { promptTokens: 2, completionTokens: 0 } });
  expect(translate(['a']).readWhole(answer('A'))).toMatchObject({ body: 'A' });
});

it('asks for nothing where one of the pieces cannot be asked for', () => {
  expect(() => translate(['a', [1, 2]] as never)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});

it('keeps the usage that was reported where a piece reports none', () => {
  const silent = { ...adapter, parseResponse: adapter.parseResponse.bind(adapter) };
  let asked = 0;
  silent.parseResponse = (response, call) =>
    (asked += 1) === 2 ? { answer: 'B', usage: undefined } : adapter.parseResponse(response, call);
  const translation = translate(['a', 'b'], silent);
  translation.readWhole(answer('A'));
  expect(translation.readWhole(answer('B'))).toMatchObject({ usage: { promptTokens: 2 } });
});

describe('an answer that the adapter passes on', () => {
  const head = { status: 200, headers: {} };
  const stream = () => ({
    contentType: 'audio/mpeg',
    push: (bytes: Buffer) => bytes,
    end: () => undefined,
    beforeFault: undefined,
    finished: false,
    usage: undefined,
    contentEvents: 0,
  });
  const streaming = { ...adapter, openStream: stream };
  const open = (given: typeof adapter, input: EmbeddingRequest['input'], part?: (bytes: Buffer) => string) =>
    new EndpointTranslation<EmbeddingRequest, string, string, string>('acme', given, callOf(input), {
      whole: (answer) => ({ answer }),
      ...(part && { part }),
    }).openAnswer(head);

  it('goes on in the form that its reader takes', () => {
    const opened = open(streaming, 'a', String);
    expect([opened?.contentType, opened?.opaque, opened?.push(Buffer.from('x'))]).toEqual(['audio/mpeg', true, 'x']);
  });

  it('is read as a whole where its reader, its adapter or its pieces need that', () => {
    expect(open(streaming, 'a')).toBeUndefined();
    expect(open(adapter, 'a', String)).toBeUndefined();
    expect(open(streaming, ['a', 'b'], String)).toBeUndefined();
  });
});
