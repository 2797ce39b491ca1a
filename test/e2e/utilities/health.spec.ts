/** Health of models: each is asked for next to nothing, by what it does; who asks sees and pays for its own; no secret is shown. */
import type { SpendLog } from '../../../src/database/generated/sqlite/client.js';
import { DatabaseService } from '../../../src/database/database.service.js';
import { HealthBoard } from '../../../src/core/router/health-board.js';
import { errorOf } from '../support/envelope.js';
import { eventually } from '../support/eventually.js';
import { TestGateway, type ModelConfig } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import { RecordingUpstream, type MadeUpAnswer, type Received } from './recording-upstream.js';

const serviceName = 'litellm-internal-health-check';
const secret = 'sk-openai-very-secret';
const usage = { prompt_tokens: 1_000_000, completion_tokens: 0, total_tokens: 1_000_000 };
const chat = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4o',
  choices: [{ index: 0, message: { role: 'assistant', content: '2' }, finish_reason: 'stop' }],
  usage,
};

let ill = true;

function answer({ path, body }: Received): MadeUpAnswer {
  if (String(body['model']).startsWith('ill') && ill) {
    const error = { message: `Incorrect API key provided: ${secret}.`, type: 'invalid_request_error' };
    return { status: 401, body: { error } };
  }
  if (path.endsWith('/chat/completions'))
    return { body: chat, headers: { 'x-ratelimit-remaining-requests': '99', 'x-secret': 'no' } };
  if (path.endsWith('/embeddings'))
    return { body: { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0.5] }], model: 'm', usage } };
  if (path.endsWith('/moderations'))
    return { body: { id: 'm', model: 'm', results: [{ flagged: false, categories: {}, category_scores: {} }] } };
  if (path.endsWith('/audio/transcriptions')) return { body: { text: '' } };
  if (path.endsWith('/audio/speech')) return { body: {}, headers: { 'content-type': 'audio/mpeg' } };
  if (path.endsWith('/images/generations')) return { body: { created: 1, data: [{ b64_json: 'AA' }] } };
  return { status: 404, body: { error: { message: `There is no ${path}.`, type: 'not_found_error' } } };
}

interface Report {
  readonly healthy_endpoints: readonly Readonly<Record<string, unknown>>[];
  readonly unhealthy_endpoints: readonly Readonly<Record<string, unknown>>[];
  readonly unchecked_endpoints?: readonly Readonly<Record<string, unknown>>[];
  readonly healthy_count: number;
  readonly unhealthy_count: number;
}

const reportOf = ({ json }: Answer): Report => json as Report;

function rowsOf(gateway: TestGateway, modelGroup: string): Promise<SpendLog[]> {
  return gateway.rowsOf(modelGroup);
}

describe('on demand', () => {
  const upstream = new RecordingUpstream(answer);
  let gateway: TestGateway;
  let key: string;
  let limited: Readonly<Record<string, string>>;

  const health = (query = '', headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    gateway.send({ method: 'GET', path: `/health${query}`, headers });

  beforeAll(async () => {
    const url = await upstream.listen();
    const model = (name: string, info: object = {}, id = name): ModelConfig => ({
      model_name: name,
      litellm_params: { model: `openai/${id}`, api_base: `${url}/v1`, api_key: secret },
      model_info: { id: `id-${id}`, ...info },
    });
    gateway = await TestGateway.start({
      models: [
        model('gpt', {}, 'gpt-4o'),
        model('gpt', {}, 'ill-gpt'),
        model('ill', {}, 'ill-alone'),
        model('vectors', {}, 'text-embedding-3-small'),
        model('judge', { mode: 'moderation' }),
        model('ears', { mode: 'audio_transcription' }),
        model('voice', { mode: 'audio_speech', health_check_voice: 'nova' }),
        model('painter', { mode: 'image_generation' }),
        model('small-painter', { mode: 'image_generation', health_check_params: { size: '256x256' } }),
        model('dreamer', { mode: 'video_generation' }),
        model('reasoner', {}, 'o3-mini'),
        model('any/*', { health_check_model: 'openai/gpt-4o-mini' }, '*'),
        { model_name: 'mocked', litellm_params: { model: 'openai/gpt-4o', api_key: secret, mock_response: 'Hi' } },
      ],
    });
    key = await gateway.makeKey({ models: ['gpt'], key_alias: 'searcher' });
    limited = { authorization: `Bearer ${key}` };
  });

  afterAll(async () => {
    await gateway.stop();
    await upstream.close();
  });

  beforeEach(() => {
    upstream.taken();
    ill = true;
  });

  it('asks each model for what it does, and tells who answered', async () => {
    const asked = await health();
    const report = reportOf(asked);
    expect(asked.status).toBe(200);
    expect(report.unhealthy_endpoints.map((each) => each['model']).sort()).toEqual([
      'openai/ill-alone',
      'openai/ill-gpt',
    ]);
    expect([report.healthy_count, report.unhealthy_count]).toEqual([9, 2]);
    const unchecked = report.unchecked_endpoints?.map((each) => [each['model'], each['reason']]);
    expect(unchecked).toEqual([
      ['openai/painter', expect.stringContaining('health_check_params')],
      ['openai/dreamer', expect.stringContaining('video_generation')],
    ]);
    const sent = new Map(upstream.taken().map(({ body, path }) => [String(body['model']), { path, body }]));
    expect(sent.get('gpt-4o')).toEqual({
      path: '/v1/chat/completions',
      body: { model: 'gpt-4o', messages: [{ role: 'user', content: "What's 1 + 1?" }], max_completion_tokens: 16 },
    });
    expect(sent.get('text-embedding-3-small')?.path).toBe('/v1/embeddings');
    expect(sent.get('judge')?.path).toBe('/v1/moderations');
    expect(sent.get('voice')?.body).toMatchObject({ voice: 'nova' });
    expect(sent.get('small-painter')?.body).toMatchObject({ size: '256x256', n: 1 });
    expect(sent.has('painter')).toBe(false);
    expect(sent.get('gpt-4o-mini')?.path).toBe('/v1/chat/completions');
    expect(sent.get('o3-mini')?.body).toMatchObject({ max_completion_tokens: 16 });
    const form = [...sent.values()].find(({ path }) => path === '/v1/audio/transcriptions');
    expect(String(form?.body['text'])).toContain('silence.wav');
  });

  it('shows an administrator where the models lie, and nobody a secret', async () => {
    const asked = await health('?model=gpt');
    const { healthy_endpoints: healthy, unhealthy_endpoints: unhealthy } = reportOf(asked);
    expect(healthy).toEqual([
      {
        model: 'openai/gpt-4o',
        model_id: 'id-gpt-4o',
        custom_llm_provider: 'openai',
        api_base: `${upstream.url}/v1`,
        'x-ratelimit-remaining-requests': '99',
      },
    ]);
    expect(unhealthy).toEqual([
      expect.objectContaining({ model_id: 'id-ill-gpt', exception_status: 401, error: expect.any(String) as string }),
    ]);
    expect(asked.text).not.toContain(secret);
    expect(asked.status).toBe(200);
  });

  it('says 503 for a model of which nothing is healthy, and 200 again once it is', async () => {
    const asked = await health('?model=ill');
    expect([asked.status, reportOf(asked).healthy_count, reportOf(asked).unhealthy_count]).toEqual([503, 0, 1]);
    expect((await health('?model_id=id-ill-alone')).status).toBe(503);
    ill = false;
    expect((await health('?model=ill')).status).toBe(200);
    expect((await health('?model=openai/ill-alone')).status).toBe(200);
  });

  it('does not say so of one that cannot be checked', async () => {
    expect((await health('?model=painter')).status).toBe(200);
  });

  it.each(['?model=nobody', '?model_id=nobody'])('%s is not found', async (query) => {
    const refused = await health(query);
    expect([refused.status, errorOf(refused.json).type]).toEqual([404, 'not_found_error']);
  });

  it('refuses a name that stands twice, and whoever has no key', async () => {
    expect((await health('?model=a&model=b')).status).toBe(400);
    expect((await health('', { authorization: 'Bearer sk-nobody' })).status).toBe(401);
  });

  it('shows a key its own models, without their addresses', async () => {
    const asked = await health('', limited);
    const { healthy_endpoints: healthy, unhealthy_endpoints: unhealthy } = reportOf(asked);
    expect([...healthy, ...unhealthy].map((each) => each['model_id'])).toEqual(['id-gpt-4o', 'id-ill-gpt']);
    expect(asked.text).not.toContain(upstream.url);
    expect((await health('?model=ill', limited)).status).toBe(404);
  });

  it('asks on the account of the key, and of a service where an administrator asks; each call has its row', async () => {
    const before = (await rowsOf(gateway, 'gpt')).length;
    await health('?model_id=id-gpt-4o', limited);
    await health('?model_id=id-gpt-4o');
    const [own, service] = (await rowsOf(gateway, 'gpt')).slice(before);
    const detail = (row: SpendLog | undefined) => row?.detail as { tags: string[]; keyAlias?: string } | undefined;
    expect([detail(own)?.keyAlias, detail(own)?.tags]).toEqual(['searcher', [serviceName]]);
    expect([service?.apiKeyHash, detail(service)?.keyAlias, detail(service)?.tags]).toEqual([
      serviceName,
      serviceName,
      [serviceName],
    ]);
    // A million input tokens of gpt-4o.
    expect([own?.spendNanos, service?.spendNanos]).toEqual([2_500_000_000n, 2_500_000_000n]);
  });

  it('asks once for all who ask at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => health('?model_id=id-gpt-4o')));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(upstream.taken().length).toBeLessThan(5);
  });

  describe('POST /health/test_connection', () => {
    const test = (body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
      gateway.send({
        method: 'POST',
        path: '/health/test_connection',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });

    it('asks a configured model as it is configured, by either of its names', async () => {
      for (const model of ['gpt', 'openai/gpt-4o']) {
        const tested = await test({ litellm_params: { model } });
        expect([tested.status, tested.json]).toMatchObject([
          200,
          { status: 'success', result: { model: 'openai/gpt-4o', model_id: 'id-gpt-4o' } },
        ]);
      }
      expect(upstream.taken()[0]?.headers.authorization).toBe(`Bearer ${secret}`);
    });

    it('asks it for what the request says', async () => {
      const tested = await test({
        litellm_params: { model: 'vectors' },
        mode: 'embedding',
        request_data: { dimensions: 8 },
      });
      expect(tested.json).toMatchObject({ status: 'success' });
      expect(upstream.taken()[0]?.body).toMatchObject({ input: ['test'], dimensions: 8 });
    });

    it('says what went wrong, without the key', async () => {
      const tested = await test({ litellm_params: { model: 'ill' } });
      expect([tested.status, tested.json]).toMatchObject([200, { status: 'error', result: { exception_status: 401 } }]);
      expect(tested.text).not.toContain(secret);
    });

    it('holds an address of the request to the egress policy, and sends it no key of the operator', async () => {
      const tested = await test({ litellm_params: { model: 'openai/gpt-4o', api_base: `${upstream.url}/v1`, api_key: 'mine' } }); // prettier-ignore
      expect(tested.json).toMatchObject({ status: 'error', result: { error: expect.stringContaining('egress') as string } }); // prettier-ignore
      const without = await test({ litellm_params: { model: 'openai/gpt-4o', api_base: `${upstream.url}/v1` } });
      expect([without.status, errorOf(without.json).message]).toEqual([400, expect.stringContaining('no key')]);
      expect(upstream.taken()).toEqual([]);
    });

    it('resolves no reference to the environment', async () => {
      const tested = await test({ litellm_params: { model: 'openai/gpt-4o', api_key: 'os.environ/PATH' } });
      expect([tested.status, errorOf(tested.json).message]).toEqual([400, expect.stringContaining('not resolved')]);
    });

    it.each([
      ['nothing', {}, 'litellm_params'],
      ['no model', { litellm_params: {} }, 'litellm_params'],
      ['an unknown provider', { litellm_params: { model: 'dream/x', api_key: 'k' } }, 'dream'],
      ['a mode that is none', { litellm_params: { model: 'gpt' }, mode: 5 }, 'mode'],
    ])('refuses %s', async (_what, body, named) => {
      const refused = await test(body);
      expect(refused.status).toBe(400);
      expect(errorOf(refused.json).message).toContain(named);
    });

    it('says that a mode cannot be tested', async () => {
      const tested = await test({ litellm_params: { model: 'gpt' }, mode: 'telepathy' });
      expect(tested.json).toMatchObject({ status: 'error', result: { error: expect.stringContaining('telepathy') as string } }); // prettier-ignore
    });

    it('is for administrators', async () => {
      expect((await test({ litellm_params: { model: 'gpt' } }, limited)).status).toBe(401);
    });
  });
});

describe('in the background', () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let running = 0;
  let most = 0;
  const upstream = new RecordingUpstream((received) => {
    running += 1;
    most = Math.max(most, running);
    const after = held.then(() => void (running -= 1));
    return { ...answer(received), after };
  });
  let gateway: TestGateway;

  const health = (query = ''): Promise<Answer> => gateway.send({ method: 'GET', path: `/health${query}` });

  beforeAll(async () => {
    ill = true;
    const url = await upstream.listen();
    const model = (id: string, info: object = {}): ModelConfig => ({
      model_name: id,
      litellm_params: { model: `openai/${id}`, api_base: `${url}/v1`, api_key: secret },
      model_info: { id, ...info },
    });
    gateway = await TestGateway.start({
      models: [
        ...['a', 'b', 'c', 'd', 'e'].map((id) => model(id)),
        model('ill'),
        model('left-out', { disable_background_health_check: true }),
      ],
      general: {
        background_health_checks: true,
        health_check_interval: 3_600,
        health_check_details: false,
        health_check_concurrency: 2,
      },
    });
  });

  afterAll(async () => {
    release();
    await gateway.stop();
    await upstream.close();
  });

  it('asks a bounded number at once, and serves the result of the round', async () => {
    await eventually('the first checks have begun', () => running === 2);
    const asked = health();
    release();
    const report = reportOf(await asked);
    expect([report.healthy_count, report.unhealthy_count]).toEqual([5, 1]);
    expect(most).toBe(2);
    expect(upstream.taken()).toHaveLength(6);
    expect(reportOf(await health()).healthy_count).toBe(5);
    expect(upstream.taken()).toEqual([]);
  });

  it('shows names alone where details are off', async () => {
    const { unhealthy_endpoints: unhealthy } = reportOf(await health('?model=ill'));
    expect(unhealthy).toEqual([{ model: 'openai/ill', model_id: 'ill' }]);
    expect((await health('?model=ill')).status).toBe(503);
  });

  it('asks what it leaves out only where it is named', async () => {
    expect((await health('?model=left-out')).status).toBe(200);
    expect(upstream.taken()).toHaveLength(1);
  });

  it('tells the router, who believes of the unknown that it is well', () => {
    const board = gateway.app.get(HealthBoard);
    expect(['a', 'ill', 'left-out', 'nobody'].map((id) => board.isHealthy(id))).toEqual([true, false, true, true]);
  });

  it('leaves rows on the account of the service', async () => {
    const [row] = await gateway.rowsOf('a');
    expect(row?.apiKeyHash).toBe(serviceName);
    const all = await gateway.app.get(DatabaseService).run((client) => client.spendLog.count());
    expect(all).toBe(7);
  });
});
