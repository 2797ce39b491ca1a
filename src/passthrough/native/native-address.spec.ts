import { providerRegistry } from '../../core/providers/registry.js';
import type { Deployment } from '../../core/spec/index.js';
import { plainParameters } from '../../core/spec/parameters.js';
import { nativeAddress } from './native-address.js';
import { nativePrefixes } from './native-prefixes.js';

function addressOf(prefix: string, base: string, rest: string, settings: object = {}): string {
  const found = nativePrefixes.find(({ paths }) => paths.includes(prefix));
  if (!found) throw new Error(`no prefix ${prefix}`);
  const { origin, pathname } = new URL(base);
  const endpoint = { origin, basePath: pathname.replace(/\/$/, '') };
  const deployment = { endpoint, parameters: { ...plainParameters, provider: settings } } as unknown as Deployment;
  const address = nativeAddress(found, deployment, rest);
  return address.origin + address.path;
}

it.each([
  ['/openai', 'https://api.openai.com/v1', '/v1/models', 'https://api.openai.com/v1/models'],
  ['/openai', 'https://api.openai.com/v1', '/models', 'https://api.openai.com/v1/models'],
  ['/openai', 'https://proxy.example/oai/v1', '/v1/models', 'https://proxy.example/oai/v1/models'],
  ['/anthropic', 'https://api.anthropic.com', '/v1/messages', 'https://api.anthropic.com/v1/messages'],
  ['/gemini', 'https://g.example', '/v1alpha/models/x:y', 'https://g.example/v1alpha/models/x:y'],
  ['/gemini', 'https://g.example/v1beta', '/upload/v1beta/files', 'https://g.example/upload/v1beta/files'],
  [
    '/openrouter',
    'https://openrouter.ai/api/v1',
    '/v1/chat/completions',
    'https://openrouter.ai/api/v1/chat/completions',
  ],
  [
    '/azure',
    'https://x.openai.azure.com',
    '/openai/deployments/d/y',
    'https://x.openai.azure.com/openai/deployments/d/y',
  ],
  [
    '/azure',
    'https://x.openai.azure.com/openai/v1',
    '/openai/v1/responses',
    'https://x.openai.azure.com/openai/v1/responses',
  ],
  [
    '/bedrock',
    'https://bedrock-runtime.us-east-1.amazonaws.com',
    '/model/a/invoke',
    'https://bedrock-runtime.us-east-1.amazonaws.com/model/a/invoke',
  ],
  [
    '/bedrock',
    'https://bedrock-runtime.us-east-1.amazonaws.com',
    '/knowledgebases/k/retrieve',
    'https://bedrock-agent-runtime.us-east-1.amazonaws.com/knowledgebases/k/retrieve',
  ],
  [
    '/bedrock',
    'https://bedrock-runtime.us-east-1.amazonaws.com',
    '/foundation-models',
    'https://bedrock.us-east-1.amazonaws.com/foundation-models',
  ],
  [
    '/bedrock',
    'https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com',
    '/foundation-models',
    'https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com/foundation-models',
  ],
  [
    '/vertex_ai',
    'https://us-central1-aiplatform.googleapis.com/v1',
    '/v1/projects/p/locations/europe-west4/x',
    'https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4/x',
  ],
  [
    '/vertex-ai',
    'https://us-central1-aiplatform.googleapis.com',
    '/v1beta1/projects/p/locations/global/x',
    'https://aiplatform.googleapis.com/v1beta1/projects/p/locations/global/x',
  ],
  [
    '/vertex_ai',
    'https://gw.example/v',
    '/v1/projects/p/locations/any/x',
    'https://gw.example/v/v1/projects/p/locations/any/x',
  ],
])('%s of %s: %s', (prefix, base, rest, expected) => {
  // prettier-ignore
  expect(addressOf(prefix, base, rest)).toBe(expected);
});

it.each(['evil.example', 'a.b', 'x%2F', 'us-central1.evil', '-x', 'us-central1-', 'a'.repeat(200) + '9'.repeat(9)])(
  'the location %s never becomes part of a host name',
  (location) => {
    const ask = (): string => addressOf('/vertex_ai', 'https://us-central1-aiplatform.googleapis.com', `/v1/projects/p/locations/${location}/x`); // prettier-ignore
    expect(ask).toThrow('location');
  },
);

it('every prefix names a provider that there is, an account, or a service of AWS', () => {
  for (const { paths, provider, account, aws } of nativePrefixes) {
    expect([paths, [provider, account, aws].filter(Boolean).length]).toEqual([paths, 1]);
    if (provider) expect(providerRegistry.find(provider)).not.toBeNull();
  }
});
