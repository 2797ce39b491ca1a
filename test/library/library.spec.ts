/** The packed library as its users get it: installed by npm in an empty folder, loaded by ESM, CommonJS and TypeScript. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startFixtureUpstream, type FixtureUpstream } from './fixture-upstream.js';

const run = promisify(execFile);
const root = join(__dirname, '..', '..');
/** A process that does not end by itself fails its test. */
const processTimeoutMs = 30_000;

/** What both consumers do; `load` differs. */
const consumer = (load: string): string => `
${load}
const base = process.env.UPSTREAM_URL;
const messages = [{ role: 'user', content: 'Hi' }];
const openai = { apiKey: 'sk-openai', apiBase: base + '/v1' };
const anthropic = { apiKey: 'sk-ant', apiBase: base };
const whole = (answer) => [answer.choices[0].message.content, answer.choices[0].finish_reason, answer.usage.total_tokens];
const streamed = async (stream) => {
  let content = '', finish = null, tokens = null;
  for await (const chunk of stream) {
    content += chunk.choices[0]?.delta.content ?? '';
    finish = chunk.choices[0]?.finish_reason ?? finish;
    tokens = chunk.usage?.total_tokens ?? tokens;
  }
  return [content, finish, tokens];
};
const refused = async (work) => {
  try { await work(); return 'no error'; }
  catch (error) {
    return [error instanceof GatewayError, error.status, error.code, error.provider, error.message, error.retryAfterMs];
  }
};
async function main() {
  const results = {};
  const stream_options = { include_usage: true };
  results.openaiWhole = whole(await completion({ model: 'openai/fixture-1', messages }, openai));
  results.openaiStream = await streamed(completion({ model: 'openai/fixture-1', messages, stream: true }, openai));
  results.openaiUsage = await streamed(completion({ model: 'openai/fixture-1', messages, stream: true, stream_options }, openai));
  results.anthropicWhole = whole(await completion({ model: 'anthropic/claude-fixture', messages }, anthropic));
  results.anthropicUsage = await streamed(
    await completion({ model: 'anthropic/claude-fixture', messages, stream: true, stream_options }, anthropic));
  results.limited = await refused(() => completion({ model: 'openai/limited', messages }, openai));
  results.limitedStream = await refused(() => streamed(completion({ model: 'openai/limited', messages, stream: true }, openai)));
  for await (const chunk of completion({ model: 'openai/endless', messages, stream: true }, openai)) break;
  const prices = findModelFacts('openai', 'gpt-4o').prices;
  results.costNanos = String(costNanos({ promptTokens: 1000, completionTokens: 100 }, compilePrices(prices)));
  results.tokens = await countTextTokens('gpt-4o', 'Hello world!');
  await closeAll();
  console.log(JSON.stringify(results));
}
main().catch((error) => { console.error(error); process.exitCode = 1; });
`;
const names = 'closeAll, compilePrices, completion, costNanos, countTextTokens, findModelFacts, GatewayError';

const typedConsumer = `
import { completion, closeAll, GatewayError, type ChatCompletion, type ChatCompletionChunk } from 'tollgate-core';

const request = { model: 'openai/gpt-4o', messages: [{ role: 'user', content: 'Hi' }] } as const;
const whole: ChatCompletion = await completion(request, { apiKey: 'k', dropParams: true });
const content: string | null | undefined = whole.choices[0]?.message.content;
for await (const chunk of completion({ ...request, stream: true })) {
  const typed: ChatCompletionChunk = chunk;
  console.log(content, typed.choices[0]?.delta.tool_calls?.[0]?.function?.arguments);
}
// @ts-expect-error: a stream is not the promise of a whole answer
const wrong: Promise<ChatCompletion> = completion({ ...request, stream: true });
// @ts-expect-error: a request needs messages
await completion({ model: 'openai/gpt-4o' });
try {
  await closeAll();
} catch (error) {
  if (error instanceof GatewayError && error.code === 'upstream_rate_limited') console.log(error.retryAfterMs, wrong);
}
`;

const rateLimit = [true, 429, 'upstream_rate_limited', 'openai', 'Slow down.', 7_000];
const expected = {
  openaiWhole: ['Hello world', 'stop', 11],
  openaiStream: ['Hello world', 'stop', null],
  openaiUsage: ['Hello world', 'stop', 11],
  anthropicWhole: ['Hello world', 'stop', 11],
  anthropicUsage: ['Hello world', 'stop', 11],
  limited: rateLimit,
  limitedStream: rateLimit,
  costNanos: '3500000',
  // By length: the optional tokenizer is not installed.
  tokens: { tokens: 3, isExact: false },
};

jest.setTimeout(240_000);

describe('the packed library in an empty folder', () => {
  let folder: string;
  let upstream: FixtureUpstream;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tollgate-library-'));
    const { stdout } = await run(join(root, 'scripts', 'pack-core.sh'), [folder]);
    await writeFile(join(folder, 'package.json'), '{"name": "consumer", "version": "1.0.0", "private": true}');
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', stdout.trim()], { cwd: folder });
  });

  beforeEach(async () => {
    upstream = await startFixtureUpstream();
  });

  afterEach(() => upstream.close());

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function runConsumer(file: string, source: string): Promise<unknown> {
    await writeFile(join(folder, file), source);
    const { stdout } = await run(process.execPath, [file], {
      cwd: folder,
      env: { PATH: process.env.PATH, UPSTREAM_URL: upstream.url },
      timeout: processTimeoutMs,
    });
    return JSON.parse(stdout);
  }

  it.each([
    ['an ES module', 'consumer.mjs', `import { ${names} } from 'tollgate-core';`],
    ['CommonJS', 'consumer.cjs', `const { ${names} } = require('tollgate-core');`],
  ])('answers whole and streamed from %s, and lets the process end by itself', async (_kind, file, load) => {
    await expect(runConsumer(file, consumer(load))).resolves.toEqual(expected);
    // A loop that is left closes its connection: this waits for ever otherwise.
    await upstream.left;
    expect(upstream.received.map(({ path }) => path)).toEqual([
      ...Array<string>(3).fill('/v1/chat/completions'),
      ...Array<string>(2).fill('/v1/messages'),
      ...Array<string>(3).fill('/v1/chat/completions'),
    ]);
    expect(upstream.received[0]).toMatchObject({
      headers: { authorization: 'Bearer sk-openai' },
      body: { model: 'fixture-1', messages: [{ role: 'user', content: 'Hi' }] },
    });
    expect(upstream.received[3]?.headers['x-api-key']).toBe('sk-ant');
  });

  it('speaks the other dialects, routes over deployments, and serves the other endpoints', async () => {
    const source = `
      import { embedding, messages, responses, Router } from 'tollgate-core';
      const base = process.env.UPSTREAM_URL;
      const openai = { apiKey: 'sk-openai', apiBase: base + '/v1' };
      const ask = { max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] };
      const types = async (events) => { const seen = []; for await (const { type } of events) seen.push(type); return seen; };
      const results = {};
      results.bridged = (await messages({ model: 'openai/fixture-1', ...ask }, openai)).content;
      results.native = (await messages({ model: 'anthropic/claude-fixture', ...ask }, { apiKey: 'sk-ant', apiBase: base })).content;
      results.responses = (await responses({ model: 'anthropic/claude-fixture', input: 'Hi' }, { apiKey: 'sk-ant', apiBase: base })).output[0].content[0].text;
      results.events = await types(messages({ model: 'openai/fixture-1', ...ask, stream: true }, openai));
      const router = new Router({
        modelList: [
          { modelName: 'smart', model: 'openai/limited', ...openai, weight: 1e12 },
          { modelName: 'smart', model: 'anthropic/claude-fixture', apiKey: 'sk-ant', apiBase: base, weight: 1 },
        ],
        numRetries: 1,
        modelGroupAlias: { best: 'smart' },
      });
      results.routed = (await router.completion({ model: 'best', messages: ask.messages })).choices[0].message.content;
      let text = '';
      for await (const chunk of router.completion({ model: 'smart', messages: ask.messages, stream: true }))
        text += chunk.choices[0]?.delta.content ?? '';
      results.routedStream = text;
      const standIns = new Router({
        modelList: [
          { modelName: 'first', model: 'openai/limited', ...openai },
          { modelName: 'second', model: 'openai/fixture-1', ...openai },
          { modelName: 'lone', model: 'openai/limited', ...openai },
        ],
        fallbacks: { first: ['lone', 'second'] },
        routingStrategy: 'latency-based-routing',
        numRetries: 0,
      });
      results.stoodIn = (await standIns.completion({ model: 'first', messages: ask.messages })).choices[0].message.content;
      results.stoodInEvents = (await types(standIns.messages({ model: 'first', ...ask, stream: true }))).at(-1);
      results.nobody = await standIns.completion({ model: 'lone', messages: ask.messages }).catch((error) => error.code);
      try { new Router({ modelList: [{ modelName: 'a', model: 'demo/x' }], routingStrategy: 'best' }); } catch (error) { results.strategy = error.message; }
      results.unknown = await router.completion({ model: 'other', messages: [] }).catch((error) => [error.code, error.message]);
      results.vectors = (await embedding({ model: 'openai/fixture-1', input: 'a' }, openai)).data[0].embedding;
      console.log(JSON.stringify(results));
    `;
    const text = [{ type: 'text', text: 'Hello world' }];
    await expect(runConsumer('verbs.mjs', source)).resolves.toEqual({
      bridged: text,
      native: text,
      responses: 'Hello world',
      events: [
        'message_start',
        'content_block_start',
        'ping',
        'content_block_delta',
        'content_block_delta',
        'content_block_stop',
        'message_delta',
        'message_stop',
      ],
      routed: 'Hello world',
      routedStream: 'Hello world',
      stoodIn: 'Hello world',
      stoodInEvents: 'message_stop',
      nobody: 'upstream_rate_limited',
      strategy: expect.stringContaining('`routingStrategy` must be one of simple-shuffle, '),
      unknown: ['invalid_request', 'There is no model "other" in this router. It knows smart.'],
      vectors: [0.5, -0.5],
    });
  });

  it('finds keys and addresses in the environment of the provider', async () => {
    const source = `
      import { completion } from 'tollgate-core';
      process.env.OPENAI_API_KEY = 'sk-from-environment';
      process.env.OPENAI_BASE_URL = process.env.UPSTREAM_URL + '/v1/';
      const answer = await completion({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] });
      console.log(JSON.stringify(answer.choices[0].message.content));
    `;
    await expect(runConsumer('environment.mjs', source)).resolves.toBe('Hello world');
    expect(upstream.received[0]?.headers.authorization).toBe('Bearer sk-from-environment');
  });

  it('has types that hold for a strict consumer', async () => {
    const options = {
      compilerOptions: {
        strict: true,
        module: 'nodenext',
        target: 'es2023',
        noEmit: true,
        skipLibCheck: false,
        // TypeScript users of Node have these; the library does not bring them.
        typeRoots: [join(root, 'node_modules', '@types')],
        types: ['node'],
      },
      files: ['consumer.mts'],
    };
    await writeFile(join(folder, 'consumer.mts'), typedConsumer);
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options));
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    // What the compiler has to say comes with a failure alone.
    const check = run(process.execPath, [tsc, '-p', '.'], { cwd: folder });
    await expect(check.catch((failure: unknown) => failure)).resolves.toMatchObject({ stdout: '' });
  });

  it('needs at most six packages of its own, and brings its licences', async () => {
    const installed = join(folder, 'node_modules', 'tollgate-core');
    const { dependencies } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    expect(Object.keys(dependencies).length).toBeLessThanOrEqual(6);
    await expect(readFile(join(installed, 'LICENSE'), 'utf8')).resolves.toContain('MIT');
    await expect(readFile(join(installed, 'dist/pricing/price-table.LICENSE'), 'utf8')).resolves.toContain('Berri AI');
  });
});
