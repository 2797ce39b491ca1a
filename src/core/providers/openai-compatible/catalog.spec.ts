import { plainParameters } from '../../spec/parameters.js';
import type { EndpointAdapter } from '../../spec/endpoint-adapter.js';
import { catalog } from './catalog.js';
import type { RowEndpoint } from './catalog-row.js';
import { aggregators } from './catalog/aggregators.js';
import { inferenceClouds } from './catalog/inference-clouds.js';
import { modelMakers } from './catalog/model-makers.js';
import { selfHosted } from './catalog/self-hosted.js';
import { vectorServices } from './catalog/vector-services.js';
import { openAiCompatible } from './index.js';
import { openAiChatParams } from './openai-chat-params.js';

const context = { nowMs: 0, settings: {} };
const rooms = { aggregators, inferenceClouds, modelMakers, selfHosted, vectorServices };

describe('the catalog', () => {
  it('has no id twice', () => {
    expect(new Set(catalog.map(({ id }) => id)).size).toBe(catalog.length);
  });

  it.each(Object.entries(rooms))('has %s sorted by id, so that two people who add a row seldom meet', (_room, rows) => {
    expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).sort());
  });

  it('has at least eighty providers', () => {
    expect(catalog.length).toBeGreaterThanOrEqual(80);
  });
});

/** A body that every endpoint's adapter takes. */
const bodies: Readonly<Record<RowEndpoint, object>> = {
  embeddings: { input: ['a'] },
  images: { prompt: 'a cat' },
  transcription: { file: { name: 'a.mp3', contentType: 'audio/mpeg', bytes: Buffer.from('ID3') } },
  speech: { input: 'Hello', voice: 'alloy' },
  moderations: { input: 'Hello' },
  rerank: { query: 'q', documents: ['a'] },
};

describe.each(catalog.map((row) => [row.id, row] as const))('the row of %s', (_id, row) => {
  const provider = openAiCompatible(row);

  it('names provider, documentation and environment variables in the usual form', () => {
    expect(row.id).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(row.displayName).not.toBe('');
    expect(new URL(row.docs).protocol).toBe('https:');
    expect(row.env.apiKey.length).toBeGreaterThan(0);
    for (const name of [...row.env.apiKey, ...(row.env.baseUrl ?? [])]) expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/);
  });

  it('has an https base URL without a trailing slash, or leaves it to the user', () => {
    if (row.defaultBaseUrl === undefined) expect(row.env.baseUrl?.length).toBeGreaterThan(0);
    else if (selfHosted.includes(row) || row.needsApiKey === false)
      expect(row.defaultBaseUrl).toMatch(/^http:\/\/(?:localhost|127\.0\.0\.1):\d+[^?#]*[^/?#]$/);
    else expect(row.defaultBaseUrl).toMatch(/^https:\/\/[^?#]+[^/?#]$/);
  });

  it('rules out and renames parameters of OpenAI only', () => {
    for (const name of [...(row.unsupported ?? []), ...Object.keys(row.renamed ?? {})])
      expect(openAiChatParams).toContain(name);
  });

  it('makes a request with the key, the model, and the parameters by their names there', async () => {
    const base = new URL(row.defaultBaseUrl ?? 'http://127.0.0.1:8000/v1');
    const body = {
      model: 'ours',
      messages: [{ role: 'user' as const, content: 'Hi' }],
      max_completion_tokens: 5,
      stream: true,
    };
    const call = {
      body,
      bytes: Buffer.from(JSON.stringify(body)),
      model: 'maker/theirs',
      stream: true,
      endpoint: { origin: base.origin, basePath: base.pathname.replace(/\/$/, '') },
      parameters: plainParameters,
      created: 1,
      responseId: 'chatcmpl-1',
    };
    const { name, prefix = '' } = row.keyHeader ?? { name: 'authorization', prefix: 'Bearer ' };
    expect(provider.chat === undefined).toBe(row.chat === false);
    for (const adapter of [provider.chat, provider.native?.['openai-chat']]) {
      if (!adapter) continue;
      const request = await provider.authenticate(adapter.buildRequest(call), { apiKey: 'k' }, context);
      expect(request).toMatchObject({
        method: 'POST',
        origin: base.origin,
        path: `${base.pathname === '/' ? '' : base.pathname}${row.chatPath ?? '/chat/completions'}`,
        headers: { [name]: `${prefix}k`, 'content-type': 'application/json' },
      });
      const { stream_options: streamOptions, ...sent } = JSON.parse(
        Buffer.from(request.body ?? '').toString(),
      ) as Record<string, unknown>;
      const limit = row.renamed?.['max_completion_tokens'] ?? 'max_completion_tokens';
      expect(sent).toEqual({ model: 'maker/theirs', messages: body.messages, stream: true, [limit]: 5 });
      expect(streamOptions).toEqual(row.asksForStreamUsage === false ? undefined : { include_usage: true });
    }
  });

  it('serves what it says besides chat', () => {
    const base = new URL(row.defaultBaseUrl ?? 'http://127.0.0.1:8000/v1');
    for (const endpoint of row.serves ?? []) {
      const adapter = provider[endpoint] as EndpointAdapter<object, unknown> | undefined;
      const request = adapter?.buildRequest({
        body: { model: 'ours', ...bodies[endpoint] },
        model: 'maker/theirs',
        endpoint: { origin: base.origin, basePath: base.pathname.replace(/\/$/, '') },
        parameters: plainParameters,
        created: 1,
        responseId: 'id-1',
      });
      expect([endpoint, request?.method, request?.origin]).toEqual([endpoint, 'POST', base.origin]);
      expect(Buffer.from(request?.body ?? '').toString()).toContain('theirs');
    }
  });

  it('sends no credentials where there are none', async () => {
    const request = await provider.authenticate(
      { method: 'POST', origin: 'https://a.example', path: '/', headers: {} },
      {},
      context,
    );
    expect(request.headers).toEqual({});
  });
});
