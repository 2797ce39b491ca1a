/** The Responses API by the unmodified `openai` clients from npm and PyPI: native to OpenAI, bridged to the three others. */
import { CompatGateway, reportOf, type ClientOptions } from './compat-gateway.js';
import {
  containing,
  errorNames,
  expectedConversation,
  expectedFailures,
  providers,
  signaturesOf,
  saidInResponses,
  type Provider,
} from './expectations.js';

const compat = new CompatGateway();
let options: ClientOptions;

beforeAll(async () => {
  await compat.start();
  options = await compat.options();
}, 40_000);
afterAll(() => compat.stop(), 30_000);

// https://platform.openai.com/docs/api-reference/responses-streaming; repeated ones stand once.
const message = [
  'response.output_item.added',
  'response.content_part.added',
  'response.output_text.delta',
  'response.output_text.done',
  'response.content_part.done',
  'response.output_item.done',
];
const reasoning = [
  'response.output_item.added',
  'response.reasoning_summary_part.added',
  'response.reasoning_summary_text.delta',
  'response.reasoning_summary_text.done',
  'response.reasoning_summary_part.done',
  'response.output_item.done',
];
const begin = ['response.created', 'response.in_progress'];

function expectedOf(provider: Provider): Record<string, unknown> {
  const spoken = saidInResponses[provider];
  const thoughtsOf = ({ thought, signature, text }: typeof spoken.thoughts.whole): object => ({
    thought,
    signed: signature !== null,
    text,
  });
  return {
    ...expectedConversation(provider, { stop: 'completed', tools: 'completed' }, spoken),
    ...expectedFailures(provider, errorNames),
    events: [...begin, ...message, 'response.completed'],
    inOrder: true,
    thoughts: {
      whole: thoughtsOf(spoken.thoughts.whole),
      streamed: thoughtsOf(spoken.thoughts.streamed),
      events: [...begin, ...reasoning, ...message, 'response.completed'],
    },
    streamError: { text: spoken.broken.text, message: containing(spoken.broken.said) },
  };
}

describe.each(['npm-openai-responses.ts', 'pypi_openai_responses.py'])('%s', (program) => {
  let report: Record<Provider, Record<string, unknown>>;
  beforeAll(async () => {
    report = await reportOf(program, options);
  }, 60_000);

  describe.each(providers)('with %s behind the gateway', (provider) => {
    test.each(Object.keys(expectedOf(provider)))('%s', (scenario) => {
      expect(report[provider][scenario]).toEqual(expectedOf(provider)[scenario]);
    });

    for (const [scenario, signature] of signaturesOf(saidInResponses[provider]))
      test(`${scenario}: what the model signed comes back to it`, () => {
        expect(compat.upstream.received(provider, scenario).at(-1)).toContain(signature);
      });
  });
});
