/** The join of formats and adapters: native where both speak one dialect, through the hub otherwise, and never an untyped error. */
import fc from 'fast-check';
import { openAiChatFormat } from '../dialects/openai-chat/format.js';
import { parseChatRequest } from '../dialects/openai-chat/parse-request.js';
import { GatewayError } from '../errors/gateway-error.js';
import { providerRegistry } from '../providers/registry.js';
import type { ChatCompletionChunk, ChatCompletionRequest } from '../schema/openai/chat.js';
import { plainParameters, type AnswerFormat, type ChatAdapter, type ChatStreamParser, type Deployment, type NativeAdapter, type NativeCall, type NativeStreamTap } from '../spec/index.js'; // prettier-ignore
import { madeUpDeployment, madeUpProvider } from '../testing/deployments.js';
import { passThrough, throughHub, translate } from './translation.js';

const usage = { promptTokens: 1, completionTokens: 2 };
const request = { method: 'POST', origin: 'https://api.acme.test', path: '/chat', headers: {} } as const;

function callOf(given: Partial<ChatCompletionRequest> = {}, stream = false): NativeCall {
  const body = { model: 'm', messages: [{ role: 'user', content: 'Hello' }], ...given } as ChatCompletionRequest;
  return {
    body,
    bytes: Buffer.from(JSON.stringify(body)),
    model: 'acme-model',
    stream,
    endpoint: { origin: 'https://api.acme.test', basePath: '/v1' },
    parameters: plainParameters,
    created: 7,
    responseId: 'chatcmpl-1',
  };
}

const chunk = (content: string): ChatCompletionChunk => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 7,
  model: 'm',
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
});

/** One letter is one chunk; `!` is a fault. */
class LetterParser implements ChatStreamParser {
  beforeFault: readonly ChatCompletionChunk[] = [];
  finished = false;
  usage = usage;
  push(bytes: Uint8Array): readonly ChatCompletionChunk[] {
    const [good = '', fault] = Buffer.from(bytes).toString().split('!');
    const chunks = [...good].map(chunk);
    if (fault === undefined) return chunks;
    this.beforeFault = chunks;
    throw new GatewayError('upstream_stream_error');
  }
  end(): readonly ChatCompletionChunk[] {
    this.finished = true;
    return [chunk('held back')];
  }
}

const chat: ChatAdapter = {
  supportedParams: () => new Set(),
  passesUnknownParams: true,
  buildRequest: () => request,
  parseResponse: () => ({
    completion: { id: 'x', object: 'chat.completion', created: 7, model: 'm', choices: [] },
    usage,
  }),
  createStreamParser: () => new LetterParser(),
  parseError: () => new GatewayError('upstream_internal'),
};

const tap: NativeStreamTap = {
  push: (bytes) => bytes,
  end: () => undefined,
  beforeFault: undefined,
  finished: true,
  usage,
  contentEvents: 3,
};

const nativeAdapter = (accepts: boolean): NativeAdapter => ({
  accepts: () => accepts,
  buildRequest: () => ({ ...request, path: '/native' }),
  readResponse: ({ body }) => ({ body, usage }),
  createStreamTap: () => tap,
});

const deploymentWith = (given: Parameters<typeof madeUpProvider>[0]) => madeUpDeployment({ provider: madeUpProvider(given) }); // prettier-ignore
const response = { status: 200, headers: {}, body: Buffer.from('{"as":"it is"}') };

/** As a chat client's request goes: passed through where that is possible, translated otherwise. */
const choose = ({ provider }: Deployment, call = callOf(), format: AnswerFormat<unknown, unknown> = openAiChatFormat) =>
  (passThrough(provider, 'openai-chat', call) ?? throughHub(provider, call, format)).open();

describe('the choice', () => {
  it('is native where the client’s dialect is the provider’s: the very bytes go through', () => {
    const translation = choose(deploymentWith({ chat, native: { 'openai-chat': nativeAdapter(true) } }));
    expect(translation.request.path).toBe('/native');
    expect(translation.readWhole(response)).toEqual({ answer: response.body, usage });
    expect(translation.openStream()).toBe(tap);
  });

  it.each([
    ['the native adapter declines', deploymentWith({ chat, native: { 'openai-chat': nativeAdapter(false) } })],
    ['the provider has no native side', deploymentWith({ chat })],
  ])('is the hub where %s', (_why, deployment) => {
    expect(choose(deployment).request.path).toBe('/chat');
  });

  it('is a refusal for a provider that serves no chat', () => {
    expect(() => choose(deploymentWith({}))).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: 'The provider acme does not serve chat.' }),
    );
  });

  it('either way names the files that are needed, is taken with them, and says how its stream is read', () => {
    const remoteMedia = () => ['https://a.example/x.png'];
    const media = new Map([['https://a.example/x.png', { mediaType: 'image/png', base64: 'iVBO' }]]);
    const sent = ({ media: files }: Pick<NativeCall, 'media'>) => ({ ...request, path: `/${files?.size}` });
    const parser = new LetterParser();
    const fetching = { ...chat, remoteMedia, buildRequest: sent };
    const native = { ...nativeAdapter(true), remoteMedia, buildRequest: sent, createStreamParser: () => parser };
    const { provider } = deploymentWith({ chat: fetching, native: { 'openai-chat': native } });
    const ways = [passThrough(provider, 'openai-chat', callOf()), throughHub(provider, callOf(), openAiChatFormat)];
    for (const way of ways) {
      expect(way?.addresses).toEqual(['https://a.example/x.png']);
      expect(way?.open(media).request.path).toBe('/1');
    }
    expect(ways.map((way) => way?.readStream(callOf()) === parser)).toEqual([true, false]);
    const plain = deploymentWith({ chat, native: { 'openai-chat': nativeAdapter(true) } }).provider;
    expect(passThrough(plain, 'openai-chat', callOf())).toMatchObject({ addresses: [] });
    expect(passThrough(plain, 'openai-chat', callOf())?.readStream(callOf())).toBeInstanceOf(LetterParser);
  });

  it('lets an adapter’s refusal through as it is', () => {
    const refusal = new GatewayError('unsupported_parameter');
    const refusing = deploymentWith({ chat: { ...chat, buildRequest: () => { throw refusal; } } }); // prettier-ignore
    expect(() => choose(refusing)).toThrow(refusal);
  });

  it('takes a body that an adapter stumbles over for the client’s mistake, and such an answer for the provider’s', () => {
    const stumble = (): never => (undefined as unknown as { member: never }).member;
    const request = deploymentWith({ chat: { ...chat, buildRequest: stumble } });
    expect(() => choose(request)).toThrow(expect.objectContaining({ code: 'invalid_request', status: 400 }));
    const answer = choose(deploymentWith({ chat: { ...chat, parseResponse: stumble } }));
    expect(() => answer.readWhole(response)).toThrow(expect.objectContaining({ code: 'upstream_invalid_response' }));
    const broken = { ...new LetterParser(), push: stumble, end: stumble };
    const stream = choose(deploymentWith({ chat: { ...chat, createStreamParser: () => broken } })).openStream();
    expect(() => stream.push(Buffer.from('a'))).toThrow(expect.objectContaining({ code: 'upstream_invalid_response' }));
  });
});

describe('a stream through the hub', () => {
  const open = (given: Partial<ChatCompletionRequest> = {}) =>
    translate(deploymentWith({ chat }).provider, callOf(given, true), openAiChatFormat).openStream();

  it('is written chunk by chunk, what was held back included, and closed once', () => {
    const stream = open();
    expect(String(stream.push(Buffer.from('ab')))).toBe(`data: ${JSON.stringify(chunk('a'))}\n\ndata: ${JSON.stringify(chunk('b'))}\n\n`); // prettier-ignore
    expect(stream.push(Buffer.from(''))).toBeUndefined();
    expect(String(stream.end())).toContain('held back');
    expect([stream.tail?.(), stream.finished, stream.usage, stream.contentEvents]).toEqual(['data: [DONE]\n\n', true, usage, 3]); // prettier-ignore
  });

  it('has what was good before a fault', () => {
    const stream = open();
    expect(() => stream.push(Buffer.from('ab!c'))).toThrow(GatewayError);
    const good = String(stream.beforeFault);
    expect([good.includes('"a"'), good.includes('"b"'), good.includes('"c"')]).toEqual([true, true, false]);
  });

  it.each([
    [{ stream_options: { include_usage: true } }, true],
    [{ stream_options: { include_usage: false } }, false],
    [{ stream_options: {} }, false],
    [{ stream_options: null }, false],
    [{}, false],
  ])('tells the usage to %j: %s', (given, told) => {
    const stream = open(given);
    stream.push(Buffer.from('a'));
    expect(String(stream.tail?.()).includes('"usage"')).toBe(told);
  });
});

describe('any request that the door has taken', () => {
  const junk = fc.oneof(
    fc.constantFrom(null, true, 0, -1, 1.5, '', 'text', 'auto', 'json', [], {}, [null], ['x'], [{}], [[]], { type: 'function' }, { type: 'x' }, [{ type: 'function' }], [{ type: 'function', function: null }], [{ type: 'function', function: {} }], { type: 'json_schema' }, { type: 'json_schema', json_schema: 5 }), // prettier-ignore
    fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>,
  );
  const part = fc.oneof(
    fc.record({ type: fc.constantFrom('text', 'image_url', 'file', 'input_audio', 'refusal', 'thinking', 'x', 5, null), text: junk, image_url: junk, file: junk, input_audio: junk, refusal: junk, cache_control: junk }, { requiredKeys: [] }), // prettier-ignore
  );
  const message = fc.record(
    {
      role: fc.constantFrom('system', 'developer', 'user', 'assistant', 'tool', 'function'),
      content: fc.oneof(fc.string(), fc.constant(null), fc.array(part, { maxLength: 2 })),
      name: junk,
      tool_calls: junk,
      function_call: junk,
      tool_call_id: junk,
      thinking_blocks: junk,
      reasoning_content: junk,
      cache_control: junk,
    },
    { requiredKeys: ['role'] },
  );
  const names = ['tool_choice', 'response_format', 'stop', 'temperature', 'top_p', 'reasoning_effort', 'user', 'metadata', 'parallel_tool_calls', 'functions', 'function_call', 'thinking', 'logprobs', 'n', 'seed', 'web_search_options', 'modalities'] as const; // prettier-ignore
  const body = fc.record(
    {
      messages: fc.array(message, { minLength: 1, maxLength: 3 }),
      stream: fc.boolean(),
      stream_options: fc.constantFrom(null, {}, { include_usage: true }, { include_usage: 5 }),
      max_tokens: fc.constantFrom(null, 0, 5),
      tools: fc.oneof(fc.constant(null), fc.array(junk, { maxLength: 2 })),
      ...(Object.fromEntries(names.map((name) => [name, junk])) as Record<(typeof names)[number], typeof junk>),
    },
    { requiredKeys: ['messages'] },
  );

  it.each(providerRegistry.ids.filter((id) => providerRegistry.find(id)?.chat))(
    'becomes a request to %s or a typed refusal, never a fault of ours',
    (id) => {
      const provider = providerRegistry.find(id);
      if (!provider) throw new Error(`There is no provider ${id}.`);
      const deployment = madeUpDeployment({ provider, model: 'claude-sonnet-4-5' });
      fc.assert(
        fc.property(body, (given) => {
          const bytes = Buffer.from(JSON.stringify({ model: 'm', ...given }));
          let parsed;
          try {
            parsed = parseChatRequest(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(GatewayError);
            return;
          }
          const call = { ...callOf({}, parsed.stream), body: parsed.body, bytes, model: 'claude-sonnet-4-5', parameters: { ...plainParameters, dropUnsupported: true } }; // prettier-ignore
          try {
            expect(choose(deployment, call).request.body).toBeDefined();
          } catch (error) {
            if (!(error instanceof GatewayError)) throw error;
            expect([error.code, error.status]).toEqual([expect.stringMatching(/^(?:unsupported_parameter|invalid_request)$/), 400]); // prettier-ignore
          }
        }),
        { numRuns: 300, seed: 5 },
      );
    },
  );
});
