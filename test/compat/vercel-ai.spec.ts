/** Vercel's unmodified `ai`, by its OpenAI and Anthropic providers, with four providers behind the gateway. */
import { CompatGateway, reportOf } from './compat-gateway.js';
import {
  containing,
  expectedConversation,
  expectedFailures,
  facts,
  providers,
  said,
  saidInResponses,
  signaturesOf,
  streamedAfterTools,
  type Provider,
} from './expectations.js';

/** OpenAI's chat, OpenAI's Responses, Anthropic's messages. */
const doors = ['chat', 'responses', 'messages'] as const;
type Door = (typeof doors)[number];

const compat = new CompatGateway();
let report: Record<Door, Record<Provider, Record<string, unknown>>>;

beforeAll(async () => {
  await compat.start();
  report = await reportOf('npm-vercel-ai.ts', await compat.options());
}, 60_000);
afterAll(() => compat.stop(), 30_000);

function expectedOf(door: Door, provider: Provider): Record<string, unknown> {
  const spoken = (door === 'responses' ? saidInResponses : said)[provider];
  // The package reads no thoughts in OpenAI's chat.
  const thoughtsOf = ({ thought, text }: typeof spoken.thoughts.whole): object => ({
    thought: door === 'chat' ? '' : thought,
    text,
  });
  return {
    ...expectedConversation(provider, { stop: 'stop', tools: 'tool-calls' }, spoken),
    ...expectedFailures(provider, () => 'APICallError'),
    afterTools: `${spoken.afterTools} (2 steps)`,
    streamedAfterTools: `${streamedAfterTools} (2 steps)`,
    object: facts,
    thoughts: { whole: thoughtsOf(spoken.thoughts.whole), streamed: thoughtsOf(spoken.thoughts.streamed) },
    streamError: { text: spoken.broken.text, error: containing(spoken.broken.said) },
  };
}

describe.each(doors)('speaking %s', (door) => {
  describe.each(providers)('with %s behind the gateway', (provider) => {
    test.each(Object.keys(expectedOf(door, provider)))('%s', (scenario) => {
      expect(report[door][provider][scenario]).toEqual(expectedOf(door, provider)[scenario]);
    });
  });
});

describe('what a model signed comes back to it', () => {
  test.each([
    ['openai', 1],
    ['anthropic', 2],
    ['bedrock', 2],
  ] as const)('thoughts of %s, by as many doors as show them: %d', (provider, count) => {
    const { signature } = (provider === 'openai' ? saidInResponses : said)[provider].thoughts.whole;
    const bodies = compat.upstream.received(provider, 'thinking').filter((body) => body.includes(String(signature)));
    expect(bodies).toHaveLength(count);
  });

  test('calls of Gemini, whole and streamed by every door', () => {
    const [[scenario, signature]] = signaturesOf(said.gemini) as [[string, string]];
    const bodies = compat.upstream.received('gemini', scenario).filter((body) => body.includes(signature));
    expect(bodies).toHaveLength(doors.length * 2);
  });
});
