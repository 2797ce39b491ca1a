/** The unmodified `litellm` package, pointed at the gateway as at LiteLLM's own proxy, with four providers behind it. */
import { CompatGateway, reportOf } from './compat-gateway.js';
import {
  containing,
  expectedConversation,
  expectedFailures,
  providers,
  recordedVectors,
  said,
  signaturesOf,
  type Provider,
} from './expectations.js';

/** The two ways in which applications name a model behind a proxy. */
const prefixes = ['litellm_proxy', 'openai'] as const;

const compat = new CompatGateway();
let report: Record<(typeof prefixes)[number], Record<Provider, Record<string, unknown>>>;

beforeAll(async () => {
  await compat.start();
  report = await reportOf('pypi_litellm.py', await compat.options());
}, 120_000);
afterAll(() => compat.stop(), 30_000);

/** litellm has a class for some statuses; it makes of every other one of a proxy what it makes of LiteLLM's own. */
const nameOf = (status: number): string =>
  ({ 404: 'NotFoundError', 429: 'RateLimitError', 502: 'BadGatewayError', 503: 'ServiceUnavailableError' })[status] ??
  'APIError';

/** USD of the chat's tokens by the prices of the models. */
const costs: Readonly<Record<Provider, number>> = {
  openai: 0.000115,
  anthropic: 0.000177,
  gemini: 0.0000199,
  bedrock: 0.000177,
};

function expectedOf(provider: Provider): Record<string, unknown> {
  return {
    ...expectedConversation(provider, { stop: 'stop', tools: 'tool_calls' }),
    headers: {
      callId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      modelGroup: `${provider}-chat`,
      cost: costs[provider],
    },
  };
}

function expectedFurther(provider: Provider): Record<string, unknown> {
  const { chat, thoughts, broken } = said[provider];
  return {
    ...expectedFailures(provider, nameOf),
    asyncChat: { text: chat.text, finish: 'stop', usage: chat.usage },
    thoughts,
    embeddings: recordedVectors[provider],
    streamError: { text: broken.text, message: containing(broken.said) },
  };
}

describe.each(providers)('with %s behind the gateway', (provider) => {
  describe.each(prefixes)('as %s/...', (prefix) => {
    test.each(Object.keys(expectedOf(provider)))('%s', (scenario) => {
      expect(report[prefix][provider][scenario]).toEqual(expectedOf(provider)[scenario]);
    });
  });

  test.each(Object.keys(expectedFurther(provider)))('%s', (scenario) => {
    expect(report.litellm_proxy[provider][scenario]).toEqual(expectedFurther(provider)[scenario]);
  });

  for (const [scenario, signature] of signaturesOf(said[provider]))
    test(`${scenario}: what the model signed comes back to it`, () => {
      expect(compat.upstream.received(provider, scenario).at(-1)).toContain(signature);
    });
});
