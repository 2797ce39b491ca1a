/** Where Bedrock's requests go and what they carry. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { ChatCall } from '../../spec/chat-adapter.js';
import type { EndpointCall } from '../../spec/endpoint-adapter.js';
import type { Credentials, OutboundRequest } from '../../spec/outbound.js';
import { plainParameters } from '../../spec/parameters.js';
import { bedrock } from './index.js';

const settings = { aws_region_name: 'eu-west-1' };
const origin = 'https://bedrock-runtime.us-west-2.amazonaws.com';

function callFor<Body>(model: string, body: Body): EndpointCall<Body> & { readonly stream: false } {
  const endpoint = { origin, basePath: '' };
  return { body, model, stream: false, endpoint, parameters: plainParameters, created: 0, responseId: 'id' };
}

const chatCall = (model: string): ChatCall =>
  callFor(model, { model: 'ours', messages: [{ role: 'user' as const, content: 'Hi' }] });

async function authenticated(credentials: Credentials): Promise<OutboundRequest> {
  const request = { method: 'POST' as const, origin, path: '/model/m/converse', headers: { a: 'b' }, body: '{}' };
  return bedrock.authenticate(request, credentials, { nowMs: 0, settings: {} });
}

describe('the address', () => {
  it.each([
    [{}, undefined, 'https://bedrock-runtime.us-west-2.amazonaws.com'],
    [settings, undefined, 'https://bedrock-runtime.eu-west-1.amazonaws.com'],
    [settings, 'https://proxy.example/b', 'https://proxy.example/b'],
    [{ aws_bedrock_runtime_endpoint: 'https://own.example' }, 'https://proxy.example', 'https://own.example'],
    [{ aws_region_name: 'x/y' }, undefined, undefined],
  ])('for %j and %s is %s', (given, configured, expected) => {
    expect(bedrock.locate?.(given, configured)).toBe(expected);
  });

  it("follows the region of the model's ARN or route", () => {
    const arn = 'arn:aws:bedrock:ap-south-1:123456789012:provisioned-model/abc';
    for (const model of [
      arn,
      `invoke/${arn}`,
      'ap-south-1/anthropic.claude-v2',
      'invoke/ap-south-1/anthropic.claude-v2',
    ])
      expect(bedrock.chat?.buildRequest(chatCall(model)).origin).toBe(
        'https://bedrock-runtime.ap-south-1.amazonaws.com',
      );
    const texts = callFor('ap-south-1/amazon.titan-embed-text-v1', { model: 'ours', input: 'a' });
    expect(bedrock.embeddings?.buildRequest(texts).origin).toBe('https://bedrock-runtime.ap-south-1.amazonaws.com');
    const picture = callFor('ap-south-1/amazon.nova-canvas-v1:0', { model: 'ours', prompt: 'a' });
    expect(bedrock.images?.buildRequest(picture).origin).toBe('https://bedrock-runtime.ap-south-1.amazonaws.com');
  });

  it('of rerank is a host of its own, and the model is named by its ARN there', () => {
    const ask = callFor('eu-west-3/amazon.rerank-v1:0', { model: 'ours', query: 'q', documents: ['a'] });
    const request = bedrock.rerank?.buildRequest(ask);
    expect(request?.origin).toBe('https://bedrock-agent-runtime.eu-west-3.amazonaws.com');
    expect(request?.body).toContain('"arn:aws:bedrock:eu-west-3::foundation-model/amazon.rerank-v1:0"');
  });
});

describe('the credentials', () => {
  const keys = { awsAccessKeyId: 'AKID', awsSecretAccessKey: 'secret' };

  it('are a bearer where there is an API key, a configured one before a found one', async () => {
    expect((await authenticated({ ...keys, awsBearerToken: 'found' })).headers).toEqual({
      a: 'b',
      authorization: 'Bearer found',
    });
    expect((await authenticated({ apiKey: 'own', awsBearerToken: 'found' })).headers['authorization']).toBe(
      'Bearer own',
    );
  });

  it('are a signature otherwise', async () => {
    expect((await authenticated(keys)).headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/19700101\/us-west-2\/bedrock\/aws4_request, /,
    );
  });

  it.each([{}, { awsAccessKeyId: 'AKID' }])('that are missing are asked for in words: %j', async (given) => {
    await expect(authenticated(given)).rejects.toThrow(GatewayError);
    await expect(authenticated(given)).rejects.toMatchObject({ code: 'upstream_authentication', provider: 'bedrock' });
    await expect(authenticated(given)).rejects.toThrow('aws_secret_access_key');
  });
});

it('fetches pictures and documents at web addresses, and leaves S3 to Bedrock', () => {
  const content = [
    { type: 'image_url' as const, image_url: 'https://a.example/x.png' },
    { type: 'file' as const, file: { file_id: 's3://bucket/a.pdf' } },
  ];
  const call = callFor('amazon.nova-lite-v1:0', { model: 'ours', messages: [{ role: 'user' as const, content }] });
  expect(bedrock.chat?.remoteMedia?.(call)).toEqual(['https://a.example/x.png']);
});

it('asks by Converse where InvokeModel would need words that are not spoken here', () => {
  const path = bedrock.chat?.buildRequest(chatCall('invoke/meta.llama3-8b-instruct-v1:0')).path;
  expect(path).toBe('/model/meta.llama3-8b-instruct-v1%3A0/converse');
});
