/** Responses where streams that break off go on elsewhere: one answer for the client, kept once and whole. */
import { Logger } from '@nestjs/common';
import OpenAI from 'openai';
import type { ResponseStreamEvent } from 'openai/resources/responses/responses';
import { TestGateway } from '../support/gateway.js';
import { TwoProviders } from './two-providers.js';

let providers: TwoProviders;
let gateway: TestGateway;
let openai: OpenAI;

beforeAll(async () => {
  Logger.overrideLogger(false);
  providers = await TwoProviders.start();
  const { origin } = providers;
  const claude = (name: string, model: string, order: number) => ({
    model_name: name,
    litellm_params: { model: `anthropic/${model}`, api_base: origin, api_key: 'sk-a', order },
    model_info: { supports_assistant_prefill: true },
  });
  gateway = await TestGateway.start({
    models: [
      claude('claude', 'claude-1', 1),
      claude('claude', 'claude-2', 2),
      {
        model_name: 'gpt',
        litellm_params: { model: 'openai/gpt-5', api_base: `${origin}/v1`, api_key: 'account-1' },
      },
    ],
    router: { enable_mid_stream_fallback_continuation: true, num_retries: 2 },
  });
  openai = new OpenAI({
    baseURL: `http://127.0.0.1:${gateway.port}/v1`,
    apiKey: await gateway.makeKey(),
    maxRetries: 0,
  });
}, 40_000);

afterAll(async () => {
  await gateway.stop();
  await providers.stop();
});

async function eventsOf(request: OpenAI.Responses.ResponseCreateParamsStreaming): Promise<ResponseStreamEvent[]> {
  const events: ResponseStreamEvent[] = [];
  for await (const event of await openai.responses.create(request)) events.push(event);
  return events;
}

const lastOf = (events: readonly ResponseStreamEvent[]): OpenAI.Responses.Response =>
  (events.at(-1) as { response: OpenAI.Responses.Response }).response;

it('an answer that two deployments have made is kept as one', async () => {
  providers.truncate = true;
  const events = await eventsOf({ model: 'claude', input: 'One', stream: true });
  expect(providers.received.slice(-2).map(({ body }) => body['model'])).toEqual(['claude-1', 'claude-2']);
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, index) => index));
  expect(events.filter(({ type }) => type === 'response.created')).toHaveLength(1);
  expect(events.at(-1)?.type).toBe('response.completed');
  const { id } = lastOf(events);
  const kept = await openai.responses.retrieve(id);
  expect(kept.output_text).toMatch(/^halfanswer \d+$/);
  await openai.responses.create({ model: 'claude', input: 'Two', previous_response_id: id });
  expect(JSON.stringify(providers.last.body['messages'])).toContain(kept.output_text);
});

it('a provider that keeps responses is still asked to', async () => {
  const first = lastOf(await eventsOf({ model: 'gpt', input: 'One', stream: true }));
  expect(providers.last.url).toBe('/v1/responses');
  const second = await eventsOf({ model: 'gpt', input: 'Two', stream: true, previous_response_id: first.id });
  expect(lastOf(second).previous_response_id).toBe(first.id);
});
