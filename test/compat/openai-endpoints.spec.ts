/** Embeddings, pictures, speech and recordings by the unmodified `openai` clients from npm and PyPI, from every provider that has them. */
import { CompatGateway, reportOf, type ClientOptions } from './compat-gateway.js';
import { containing, providers, recordedVectors, type Provider } from './expectations.js';

const compat = new CompatGateway();
let options: ClientOptions;

beforeAll(async () => {
  await compat.start();
  options = await compat.options();
}, 40_000);
afterAll(() => compat.stop(), 30_000);

const unserved = (provider: Provider, endpoint: string): unknown => ({
  error: 'BadRequestError',
  status: 400,
  message: containing(`The provider ${provider} of this model does not serve ${endpoint}.`),
});

/** By endpoint; where a provider has none, the client is told so. */
function expectedOf(provider: Provider): Record<string, unknown> {
  const vectors = recordedVectors[provider] ?? unserved(provider, 'embeddings');
  const noPictures = unserved('anthropic', 'images');
  const isOpenAi = provider === 'openai';
  return {
    embeddings: vectors,
    embeddingsAsNumbers: vectors,
    images: { openai: ['aGk='], anthropic: noPictures, gemini: ['AAAA'], bedrock: ['AAAA', 'BBBB'] }[provider],
    imageEdit: { openai: ['aGk=', 'aG8='], anthropic: noPictures, gemini: ['AAAA'], bedrock: ['AAAA'] }[provider],
    speech: isOpenAi ? { type: 'audio/wav', text: 'RIFF' } : unserved(provider, 'speech'),
    transcription: isOpenAi ? 'Hello.' : unserved(provider, 'transcription'),
  };
}

describe.each(['npm-openai-endpoints.ts', 'pypi_openai_endpoints.py'])('%s', (program) => {
  let report: Record<Provider, Record<string, unknown>>;
  beforeAll(async () => {
    report = await reportOf(program, options);
  }, 60_000);

  describe.each(providers)('with %s behind the gateway', (provider) => {
    test.each(Object.keys(expectedOf(provider)))('%s', (endpoint) => {
      expect(report[provider][endpoint]).toEqual(expectedOf(provider)[endpoint]);
    });
  });
});
