/** Google's unmodified client, with four providers behind the gateway, sees what it sees at Google. */
import { CompatGateway, reportOf } from './compat-gateway.js';
import {
  containing,
  expectedConversation,
  expectedFailures,
  providers,
  said,
  signaturesOf,
  type Provider,
} from './expectations.js';

const compat = new CompatGateway();
let report: Record<Provider | 'gateway', Record<string, unknown>>;

beforeAll(async () => {
  await compat.start();
  report = await reportOf('npm-google-genai.ts', await compat.options());
}, 60_000);
afterAll(() => compat.stop(), 30_000);

const nameOf = (): string => 'ApiError';

function expectedOf(provider: Provider): Record<string, unknown> {
  const { chat, stream, thoughts, broken } = said[provider];
  return {
    // Google has no word of its own for an answer that calls tools.
    ...expectedConversation(provider, { stop: 'STOP', tools: 'STOP' }),
    ...expectedFailures(provider, nameOf),
    // Google's client gets Gemini's answer as it came: with calls that have no ids.
    ...(provider === 'gemini' && { tools: withoutIds, streamedTools: withoutIds }),
    thoughts,
    conversation: [
      ['user', 'What is the capital of France?'],
      ['model', chat.text],
      ['user', 'Are you sure?'],
      ['model', stream.text],
      ['user', 'Really?'],
      ['model', chat.text],
    ],
    streamError: { text: broken.text, error: 'ApiError' },
  };
}

const withoutIds = {
  finish: 'STOP',
  calls: [
    { name: 'get_weather', arguments: { city: 'Oslo', unit: 'celsius' } },
    { name: 'get_time', arguments: { city: 'Oslo' } },
  ],
};

describe.each(providers)('with %s behind the gateway', (provider) => {
  test.each(Object.keys(expectedOf(provider)))('%s', (scenario) => {
    expect(report[provider][scenario]).toEqual(expectedOf(provider)[scenario]);
  });

  for (const [scenario, signature] of signaturesOf(said[provider]))
    test(`${scenario}: what the model signed comes back to it`, () => {
      expect(compat.upstream.received(provider, scenario).at(-1)).toContain(signature);
    });
});

test.each(['anthropic', 'bedrock'])('%s, which refuses empty texts, is sent none', (provider) => {
  expect(compat.upstream.received(provider, 'chat').at(-1)).not.toMatch(/"text":\s*""/);
});

test('errors of the gateway are those of the client', () => {
  expect(report.gateway).toEqual({
    unknownModel: { error: 'ApiError', status: 400, message: containing('Invalid model name passed in model=nobody') },
    wrongKey: { error: 'ApiError', status: 401, message: containing('Authentication Error') },
  });
});
