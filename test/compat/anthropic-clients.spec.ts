/** Anthropic's unmodified clients from npm and PyPI, with four providers behind the gateway, see what they see at Anthropic. */
import { clouds, CompatGateway, reportOf, type ClientOptions, type Cloud } from './compat-gateway.js';
import {
  containing,
  errorNames,
  expectedConversation,
  expectedFailures,
  providers,
  signaturesOf,
  said,
  type Provider,
} from './expectations.js';

const compat = new CompatGateway();
let options: ClientOptions;

beforeAll(async () => {
  await compat.start();
  options = await compat.options();
}, 40_000);
afterAll(() => compat.stop(), 30_000);

/** Newer than OpenAI's: these clients have a class for each of Anthropic's types. */
const nameOf = (status: number): string =>
  ({ 503: 'ServiceUnavailableError', 529: 'OverloadedError' })[status] ?? errorNames(status);

// https://docs.claude.com/en/api/errors
const typeOf = (status: number): string =>
  ({
    400: 'invalid_request_error',
    401: 'authentication_error',
    403: 'permission_error',
    404: 'not_found_error',
    429: 'rate_limit_error',
    503: 'overloaded_error',
    529: 'overloaded_error',
  })[status] ?? 'api_error';

/** What each provider's stream breaks off with. */
const streamErrors: Readonly<Record<Provider, string>> = {
  openai: 'api_error',
  anthropic: 'overloaded_error',
  gemini: 'overloaded_error',
  bedrock: 'rate_limit_error',
};

function expectedOf(provider: Provider): Record<string, unknown> {
  const { thoughts, broken } = said[provider];
  const failures = Object.entries(expectedFailures(provider, nameOf)).map(([scenario, failure]) => {
    const { status } = failure as { status: number };
    return [scenario, { ...(failure as object), type: typeOf(status) }];
  });
  return {
    ...expectedConversation(provider, { stop: 'end_turn', tools: 'tool_use' }),
    ...(Object.fromEntries(failures) as Record<string, unknown>),
    // https://docs.claude.com/en/docs/build-with-claude/streaming; repeated ones stand once.
    events: [
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ],
    thoughts,
    streamError: { text: broken.text, type: streamErrors[provider] },
  };
}

const refused = (status: number, message: string): unknown => ({
  error: nameOf(status),
  status,
  message: containing(message),
  type: typeOf(status),
});

/** Claude says there what it says at Anthropic; AWS has errors of its own. */
function expectedOfCloud(cloud: Cloud): Record<string, unknown> {
  if (cloud === 'vertex-claude') return expectedOf('anthropic');
  const refusals = Object.keys(said.bedrock.failures).map((scenario) => [scenario, expectedOf('bedrock')[scenario]]);
  return { ...expectedOf('anthropic'), ...(Object.fromEntries(refusals) as Record<string, unknown>) };
}

/** What does not depend on the provider. */
const expectedOfGateway: Record<string, unknown> = {
  unknownModel: refused(400, 'Invalid model name passed in model=nobody'),
  wrongKey: refused(401, 'Authentication Error'),
  badRequest: refused(400, 'messages'),
};

describe.each(['npm-anthropic.ts', 'pypi_anthropic.py'])('%s', (program) => {
  let report: Record<Provider | 'gateway', Record<string, unknown>>;
  beforeAll(async () => {
    report = await reportOf(program, options);
  }, 60_000);

  describe.each(providers)('with %s behind the gateway', (provider) => {
    test.each(Object.keys(expectedOf(provider)))('%s', (scenario) => {
      expect(report[provider][scenario]).toEqual(expectedOf(provider)[scenario]);
    });

    for (const [scenario, signature] of signaturesOf(said[provider]))
      test(`${scenario}: what the model signed comes back to it`, () => {
        expect(compat.upstream.received(provider, scenario).at(-1)).toContain(signature);
      });
  });

  test.each(Object.keys(expectedOfGateway))('gateway: %s', (scenario) => {
    expect(report.gateway[scenario]).toEqual(expectedOfGateway[scenario]);
  });
});

describe.each(clouds)('npm-anthropic.ts with %s behind the gateway', (cloud) => {
  let report: Record<Cloud, Record<string, unknown>>;
  beforeAll(async () => {
    report = await reportOf('npm-anthropic.ts', { ...options, providers: clouds.join(',') });
  }, 60_000);

  test('sees what it sees at Anthropic', () => {
    expect(report[cloud]).toEqual(expectedOfCloud(cloud));
  });

  test('what the model signed comes back to it', () => {
    expect(compat.upstream.received(cloud, 'thinking').at(-1)).toContain(said.anthropic.thoughts.whole.signature);
  });
});
