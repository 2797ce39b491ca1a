/** Names of models as configurations write them, and the regions that they lead to. */
import { configuredRegion, inRegion, serviceOrigin, signingRegion } from './aws-address.js';
import { modelPath, readModel } from './model-id.js';

const profile = 'arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc';
const system = 'arn:aws:bedrock:us-east-2:123456789012:inference-profile/us.anthropic.claude-3-haiku-20240307-v1:0';

describe('readModel', () => {
  it.each([
    ['amazon.nova-pro-v1:0', { id: 'amazon.nova-pro-v1:0', maker: 'amazon', route: 'converse', region: undefined }],
    ['converse/us.meta.llama3-3-70b-instruct-v1:0', { id: 'us.meta.llama3-3-70b-instruct-v1:0', maker: 'meta' }],
    ['invoke/apac.anthropic.claude-x', { id: 'apac.anthropic.claude-x', maker: 'anthropic', route: 'invoke' }],
    ['us-gov-west-1/anthropic.claude-v2', { id: 'anthropic.claude-v2', region: 'us-gov-west-1' }],
    ['converse/us-east-1/1-month-commitment/anthropic.claude-v2', { id: 'anthropic.claude-v2', region: 'us-east-1' }],
    [profile, { id: profile, maker: '', region: 'eu-west-1' }],
    [`invoke/${system}`, { id: system, maker: 'anthropic', route: 'invoke', region: 'us-east-2' }],
    [`deepseek_r1/${profile}`, { id: profile, maker: 'deepseek', route: 'converse' }],
    [`openai/${profile}`, { id: profile, maker: 'openai', route: 'invoke' }],
    ['abc123', { id: 'abc123', maker: '' }],
  ])('%s', (model, expected) => {
    expect(readModel(model)).toMatchObject(expected);
  });

  it('takes the id and the model behind it from the settings', () => {
    expect(readModel('converse/us.anthropic.claude-3-7-sonnet-20250219-v1:0', { model_id: profile })).toEqual({
      id: profile,
      name: 'anthropic.claude-3-7-sonnet-20250219-v1:0',
      maker: 'anthropic',
      route: 'converse',
      asked: 'converse',
      region: 'eu-west-1',
    });
    expect(readModel(profile, { base_model: 'bedrock/us.amazon.nova-lite-v1:0' })).toMatchObject({
      id: profile,
      maker: 'amazon',
    });
  });

  it('keeps every id within its one step of the path', () => {
    expect(modelPath('/base', profile, 'converse')).toBe(
      '/base/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Aapplication-inference-profile%2Fabc/converse',
    );
    expect(modelPath('', '../secret?x#y', 'invoke')).toBe('/model/..%2Fsecret%3Fx%23y/invoke');
    expect(modelPath('', '..', 'invoke')).toBe('/model//invoke');
  });
});

describe('regions', () => {
  const origin = serviceOrigin('bedrock-runtime', 'us-west-2');

  it('make the hosts, in every partition', () => {
    expect(origin).toBe('https://bedrock-runtime.us-west-2.amazonaws.com');
    expect(serviceOrigin('sts', 'cn-north-1')).toBe('https://sts.cn-north-1.amazonaws.com.cn');
  });

  it('of a model move a request there, but no private endpoint and no proxy', () => {
    expect(inRegion(origin, 'eu-west-1')).toBe('https://bedrock-runtime.eu-west-1.amazonaws.com');
    expect(inRegion(origin, undefined)).toBe(origin);
    const own = ['https://vpce-1.bedrock-runtime.us-west-2.vpce.amazonaws.com', 'https://proxy.example'];
    for (const each of own) expect(inRegion(each, 'eu-west-1')).toBe(each);
  });

  it('are signed for as the host says, then the resource, then the settings', () => {
    const settings = { aws_region_name: 'ap-south-1' };
    const path = modelPath('', profile, 'converse');
    expect(signingRegion({ origin, path }, settings)).toBe('us-west-2');
    expect(signingRegion({ origin: 'https://proxy.example', path }, settings)).toBe('eu-west-1');
    expect(signingRegion({ origin: 'https://proxy.example', path: '/' }, settings)).toBe('ap-south-1');
    expect(signingRegion({ origin: 'https://proxy.example', path: '/' }, {})).toBe('us-west-2');
    const endpoint = 'https://vpce-1.bedrock-runtime.us-gov-west-1.vpce.amazonaws.com';
    expect(signingRegion({ origin: endpoint, path }, {})).toBe('us-gov-west-1');
  });

  it('that are none become no host', () => {
    expect(configuredRegion({ aws_region_name: 'evil.example/' })).toBeUndefined();
    expect(configuredRegion({})).toBe('us-west-2');
  });
});
