/** Unmodified `openai` clients from npm and PyPI, with four providers behind the gateway, see what they see at OpenAI. */
import { createServer, type AddressInfo } from 'node:net';
import { eventually } from '../integration/support/databases.js';
import { CompatGateway, reportOf, type ClientOptions } from './compat-gateway.js';
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

type Report = Record<Provider | 'gateway', Record<string, unknown>>;

const compat = new CompatGateway();
let options: ClientOptions;

/** An address that was free a moment ago. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

beforeAll(async () => {
  await compat.start();
  const limitedKey = await compat.generateKey({ models: ['anthropic-chat'] });
  options = await compat.options({ limitedKey, deadUrl: await deadUrl() });
}, 40_000);
afterAll(() => compat.stop(), 30_000);

/** A UUIDv7. */
const callId = expect.stringMatching(
  /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
) as unknown;

/** By scenario. */
function expectedOf(provider: Provider): Record<string, unknown> {
  const { chat, stream, thoughts, failures, broken } = said[provider];
  const conversation = expectedConversation(provider, { stop: 'stop', tools: 'tool_calls' });
  const refusals = Object.entries(expectedFailures(provider, errorNames)).map(([scenario, failure]) => {
    const { status, retryAfter = null } = failures[scenario as keyof typeof failures];
    return [scenario, { ...(failure as object), code: String(status), retryAfter }];
  });
  return {
    ...conversation,
    ...(Object.fromEntries(refusals) as Record<string, unknown>),
    role: 'assistant',
    total: chat.usage[0] + chat.usage[1],
    streamWithoutUsage: { text: stream.text, finish: 'stop', usage: null, severalPieces: true },
    thoughts,
    rawHeaders: { callId, modelGroup: `${provider}-chat`, content: chat.text },
    streamError: { text: broken.text, error: 'APIError', message: containing(broken.said) },
    timeout: 'APITimeoutError',
    abandoned: true,
  };
}

const refused = (status: number, message: string): unknown => ({
  error: errorNames(status),
  status,
  code: String(status),
  message: containing(message),
  retryAfter: null,
});

/** What does not depend on the provider. */
const expectedOfGateway: Record<string, unknown> = {
  models: expect.arrayContaining(providers.map((provider) => `${provider}-chat`)),
  model: 'openai-chat',
  noSuchModel: refused(404, 'no-such-model'),
  wrongKey: refused(401, 'Authentication Error'),
  keyWithoutModel: refused(403, "'openai-chat' is not available"),
  unknownModel: refused(400, 'Invalid model name passed in model=no-such-model'),
  badRequest: refused(400, 'messages'),
  unreachable: 'APIConnectionError',
};

describe.each(['npm-openai.ts', 'pypi_openai.py'])('%s', (program) => {
  let report: Report;
  let closedStreams = 0;
  beforeAll(async () => {
    closedStreams = compat.upstream.endlessClosedAt.length;
    report = await reportOf(program, options);
  }, 60_000);

  describe.each(providers)('with %s behind the gateway', (provider) => {
    test.each(Object.keys(expectedOf(provider)))('%s', (scenario) => {
      expect(report[provider][scenario]).toEqual(expectedOf(provider)[scenario]);
    });

    test('no two calls of one answer have the same id', () => {
      for (const scenario of ['tools', 'streamedTools']) {
        const { calls } = report[provider][scenario] as { calls: readonly { id: string }[] };
        expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length);
      }
    });

    for (const [scenario, signature] of signaturesOf(said[provider]))
      test(`${scenario}: what the model signed comes back to it`, () => {
        expect(compat.upstream.received(provider, scenario).at(-1)).toContain(signature);
      });
  });

  test.each(Object.keys(expectedOfGateway))('gateway: %s', (scenario) => {
    expect(report.gateway[scenario]).toEqual(expectedOfGateway[scenario]);
  });

  test('a stream that the client leaves is closed at the provider too', async () => {
    const all = closedStreams + providers.length;
    await eventually('all endless streams are closed', () => compat.upstream.endlessClosedAt.length === all, 2_000);
  });
});
