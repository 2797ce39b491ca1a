/** What the gateway tells of its models: their parameters, their requests, their groups; each key hears of its own alone, and no secret is told. */
import { errorOf } from '../support/envelope.js';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';

const secrets = ['sk-openai-very-secret-1', 'sk-ant-very-secret-2', 'header-secret-3', 'body-secret-4', 'AKIASECRET5', 'aws-secret-6']; // prettier-ignore

let gateway: TestGateway;
let limited: Readonly<Record<string, string>>;
let grouped: Readonly<Record<string, string>>;

beforeAll(async () => {
  gateway = await TestGateway.start({
    models: [
      {
        model_name: 'gpt',
        litellm_params: {
          model: 'openai/gpt-4o',
          api_key: secrets[0],
          api_base: 'https://llm.example/v1',
          rpm: 100,
          extra_headers: { 'x-team-pass': secrets[2], 'openai-beta': 'assistants=v2' },
          extra_body: { metadata: { api_key: secrets[3], team: 'search' } },
        },
      },
      { model_name: 'gpt', litellm_params: { model: 'openai/gpt-4o-mini', api_key: secrets[0], rpm: 50 } },
      { model_name: 'claude', litellm_params: { model: 'anthropic/claude-sonnet-4-5', api_key: secrets[1] } },
      {
        model_name: 'bedrock',
        litellm_params: {
          model: 'bedrock/anthropic.claude-3-haiku-20240307-v1:0',
          aws_access_key_id: secrets[4],
          aws_secret_access_key: secrets[5],
          aws_region_name: 'eu-west-1',
        },
      },
      { model_name: 'vectors', litellm_params: { model: 'openai/text-embedding-3-small', api_key: secrets[0] } },
      { model_name: 'mocked', litellm_params: { model: 'openai/gpt-4o', api_key: 'k', mock_response: 'Hi' } },
      {
        model_name: 'beta',
        litellm_params: { model: 'openai/own', api_key: secrets[0], input_cost_per_token: 0.000002 },
        model_info: { access_groups: ['beta-models'], max_input_tokens: 1_000, supports_vision: true, mode: 'chat' },
      },
    ],
  });
  limited = { authorization: `Bearer ${await gateway.makeKey({ models: ['gpt'] })}` };
  grouped = { authorization: `Bearer ${await gateway.makeKey({ models: ['beta-models'] })}` };
});

afterAll(() => gateway.stop());

const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  gateway.send({ method: 'GET', path, headers });

const transform = (body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  gateway.send({
    method: 'POST',
    path: '/utils/transform_request',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const messages = [{ role: 'user', content: 'Hello' }];

describe('GET /utils/supported_openai_params', () => {
  it('names what every deployment of the model takes', async () => {
    const { status, json } = await get('/utils/supported_openai_params?model=gpt');
    const { supported_openai_params: params } = json as { supported_openai_params: readonly string[] };
    expect(status).toBe(200);
    expect(params).toEqual(expect.arrayContaining(['temperature', 'tools', 'response_format', 'max_tokens']));
  });

  it('names those of what the model does', async () => {
    const { json } = await get('/utils/supported_openai_params?model=vectors');
    const { supported_openai_params: params } = json as { supported_openai_params: readonly string[] };
    expect(params).toContain('dimensions');
    expect(params).not.toContain('temperature');
  });

  it.each([
    ['', 400, undefined],
    ['?model=', 400, undefined],
    ['?model=a&model=b', 400, undefined],
    ['?model=nobody', 400, undefined],
    ['?model=claude', 403, 'limited'],
  ])('%s is refused with %d', async (query, status, who) => {
    const refused = await get(`/utils/supported_openai_params${query}`, who === undefined ? {} : limited);
    expect([refused.status, errorOf(refused.json).param]).toEqual([status, 'model']);
  });
});

describe('POST /utils/transform_request', () => {
  it('shows where a request goes, with which body and headers', async () => {
    const shown = await transform({ call_type: 'completion', request_body: { model: 'gpt', messages } });
    expect([shown.status, shown.json]).toEqual([
      200,
      {
        raw_request_api_base: 'https://llm.example/v1/chat/completions',
        raw_request_body: { model: 'gpt-4o', messages, metadata: { api_key: '****', team: 'search' } },
        raw_request_headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          authorization: 'Bearer ****',
          'x-team-pass': '****',
          'openai-beta': 'assistants=v2',
        },
      },
    ]);
  });

  it('shows it in the words of the provider', async () => {
    const shown = await transform({
      call_type: 'acompletion',
      request_body: { model: 'claude', messages, max_tokens: 7 },
    });
    expect(shown.json).toMatchObject({
      raw_request_api_base: 'https://api.anthropic.com/v1/messages',
      raw_request_body: { model: 'claude-sonnet-4-5', max_tokens: 7 },
      raw_request_headers: { 'x-api-key': '****', 'anthropic-version': '2023-06-01' },
    });
  });

  it('signs with no key of anybody', async () => {
    const shown = await transform({ call_type: 'completion', request_body: { model: 'bedrock', messages } });
    const { raw_request_api_base: address, raw_request_headers: headers } = shown.json as {
      raw_request_api_base: string;
      raw_request_headers: Record<string, string>;
    };
    expect(address).toContain('https://bedrock-runtime.eu-west-1.amazonaws.com/model/');
    expect(headers['authorization']).toContain('Credential=****/');
  });

  it('shows the other endpoints too', async () => {
    const shown = await transform({ call_type: 'embedding', request_body: { model: 'vectors', input: 'a' } });
    expect(shown.json).toMatchObject({
      raw_request_api_base: 'https://api.openai.com/v1/embeddings',
      raw_request_body: { model: 'text-embedding-3-small', input: 'a' },
    });
  });

  it('tells no secret, whoever asks', async () => {
    for (const model of ['gpt', 'claude', 'bedrock']) {
      const { status, text } = await transform({ call_type: 'completion', request_body: { model, messages } });
      expect([model, status]).toEqual([model, 200]);
      for (const secret of secrets) expect(text).not.toContain(secret);
    }
  });

  it('costs nothing and calls nobody', async () => {
    const before = await gateway.countRows();
    await transform({ call_type: 'completion', request_body: { model: 'gpt', messages } });
    expect(await gateway.countRows()).toBe(before);
  });

  it.each([
    ['no call type', { request_body: { model: 'gpt', messages } }, 400, 'call_type'],
    ['an unknown call type', { call_type: 'dream', request_body: { model: 'gpt', messages } }, 400, 'dream'],
    ['no body', { call_type: 'completion' }, 400, 'request_body'],
    ['a body without a model', { call_type: 'completion', request_body: { messages } }, 400, 'model'],
    [
      'a model that does not exist',
      { call_type: 'completion', request_body: { model: 'nobody', messages } },
      400,
      'nobody',
    ],
    [
      'what the provider does not serve',
      { call_type: 'rerank', request_body: { model: 'gpt', query: 'a', documents: ['b'] } },
      400,
      'rerank',
    ],
    [
      'a model that is answered here',
      { call_type: 'completion', request_body: { model: 'mocked', messages } },
      400,
      'nothing is sent',
    ],
    [
      'an address',
      { call_type: 'completion', request_body: { model: 'gpt', messages, api_base: 'http://x.example' } },
      400,
      'api_base',
    ],
    ['a key', { call_type: 'completion', request_body: { model: 'gpt', messages, api_key: 'mine' } }, 400, 'api_key'],
  ])('refuses %s', async (_what, body, status, named) => {
    const refused = await transform(body);
    expect(refused.status).toBe(status);
    expect(errorOf(refused.json).message).toContain(named);
  });

  it('fetches no file for it', async () => {
    const picture = { type: 'image_url', image_url: { url: 'http://127.0.0.1:1/a.png' } };
    const body = { model: 'bedrock', messages: [{ role: 'user', content: [picture] }] };
    const refused = await transform({ call_type: 'completion', request_body: body });
    expect([refused.status, errorOf(refused.json).message]).toEqual([400, expect.stringContaining('data URL')]);
  });

  it('refuses a key that may not use the model', async () => {
    const refused = await transform({ call_type: 'completion', request_body: { model: 'claude', messages } }, limited);
    expect([refused.status, errorOf(refused.json).type]).toEqual([403, 'key_model_access_denied']);
  });
});

describe('GET /model_group/info', () => {
  const groupsOf = ({ json }: Answer): readonly Readonly<Record<string, unknown>>[] =>
    (json as { data: readonly Readonly<Record<string, unknown>>[] }).data;

  it('tells what a group can do and costs, over its deployments', async () => {
    const [group] = groupsOf(await get('/model_group/info?model_group=gpt'));
    expect(group).toMatchObject({
      model_group: 'gpt',
      providers: ['openai'],
      mode: 'chat',
      max_input_tokens: 128_000,
      max_output_tokens: 16_384,
      input_cost_per_token: 0.0000025,
      output_cost_per_token: 0.00001,
      rpm: 150,
      tpm: null,
      supports_vision: true,
      supports_function_calling: true,
    });
  });

  it('takes the operator’s word first', async () => {
    const [group] = groupsOf(await get('/model_group/info?model_group=beta'));
    expect(group).toMatchObject({ max_input_tokens: 1_000, supports_vision: true, input_cost_per_token: 0.000002 });
  });

  it('tells a key of its own models alone', async () => {
    expect(groupsOf(await get('/model_group/info')).length).toBe(6);
    expect(groupsOf(await get('/model_group/info', limited)).map((each) => each['model_group'])).toEqual(['gpt']);
    expect(groupsOf(await get('/model_group/info', grouped)).map((each) => each['model_group'])).toEqual(['beta']);
    const foreign = await get('/model_group/info?model_group=claude', limited);
    const missing = await get('/model_group/info?model_group=nobody', limited);
    expect([foreign.status, missing.status]).toEqual([404, 404]);
    expect(errorOf(foreign.json).message.replace('claude', 'nobody')).toBe(errorOf(missing.json).message);
  });

  it('refuses a name that is none', async () => {
    expect((await get('/model_group/info?model_group=a&model_group=b')).status).toBe(400);
  });
});

describe('GET /v1/models', () => {
  const version = { 'anthropic-version': '2023-06-01' };

  it('has Anthropic’s shape for clients that name its version', async () => {
    const { json } = await get('/v1/models', { ...limited, ...version });
    const model = { type: 'model', id: 'gpt', display_name: 'gpt', created_at: expect.stringMatching(/^2\d{3}-.*Z$/) as string }; // prettier-ignore
    expect(json).toEqual({ data: [model], has_more: false, first_id: 'gpt', last_id: 'gpt' });
    expect((await get('/v1/models/gpt', version)).json).toEqual(model);
    expect((await get('/v1/models/gpt')).json).toMatchObject({ object: 'model', id: 'gpt' });
  });

  it('says in each client’s words that there is no such model', async () => {
    const anthropic = await get('/v1/models/nobody', version);
    expect([anthropic.status, anthropic.json]).toMatchObject([
      404,
      { type: 'error', error: { type: 'not_found_error' } },
    ]);
    expect(errorOf((await get('/v1/models/nobody')).json).code).toBe('404');
  });

  it('shows a key the models of its access groups, one by one too', async () => {
    expect((await get('/v1/models/beta', grouped)).status).toBe(200);
    expect((await get('/v1/models/beta', limited)).status).toBe(404);
  });
});
