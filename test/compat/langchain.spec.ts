/** LangChain's unmodified `langchain-openai`, by chat and by Responses, with four providers behind the gateway. */
import { CompatGateway, reportOf } from './compat-gateway.js';
import {
  containing,
  errorNames,
  expectedConversation,
  expectedFailures,
  facts,
  providers,
  recordedVectors,
  said,
  saidInResponses,
  signaturesOf,
  type Provider,
} from './expectations.js';

type Report = Record<Provider, Record<string, unknown>>;

const compat = new CompatGateway();
let report: { chat: Report; responses: Report };

beforeAll(async () => {
  await compat.start();
  report = await reportOf('pypi_langchain.py', await compat.options());
}, 90_000);
afterAll(() => compat.stop(), 30_000);

function expectedOfChat(provider: Provider): Record<string, unknown> {
  const { broken } = said[provider];
  return {
    ...expectedConversation(provider, { stop: 'stop', tools: 'tool_calls' }),
    ...expectedFailures(provider, errorNames),
    structuredByTool: facts,
    streamError: { text: broken.text, message: containing(broken.said) },
    embeddings: recordedVectors[provider],
  };
}

const expectedOfResponses = (provider: Provider): Record<string, unknown> =>
  expectedConversation(provider, { stop: 'completed', tools: 'completed' }, saidInResponses[provider]);

describe.each(providers)('with %s behind the gateway', (provider) => {
  test.each(Object.keys(expectedOfChat(provider)))('chat: %s', (scenario) => {
    expect(report.chat[provider][scenario]).toEqual(expectedOfChat(provider)[scenario]);
  });

  test.each(Object.keys(expectedOfResponses(provider)))('responses: %s', (scenario) => {
    expect(report.responses[provider][scenario]).toEqual(expectedOfResponses(provider)[scenario]);
  });
});

test('calls that Gemini signed come back to it, by chat and by Responses', () => {
  const [[scenario, signature]] = signaturesOf(said.gemini) as [[string, string]];
  const bodies = compat.upstream.received('gemini', scenario).filter((body) => body.includes(signature));
  expect(bodies).toHaveLength(2);
});
