/** What a guardrail is to look at does not pass unseen: native bodies are not served where one would have to read them. */
import { TestGateway } from '../support/gateway.js';
import { EchoUpstream } from './echo-upstream.js';

let upstream: EchoUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await EchoUpstream.start();
  const words = [{ keyword: 'anything', action: 'BLOCK' }];
  const guardrail = (name: string, mode: string): object => ({
    guardrail_name: name,
    litellm_params: { guardrail: 'content_filter', mode, default_on: true, blocked_words: words },
  });
  gateway = await TestGateway.start({
    models: [
      { model_name: 'gpt', litellm_params: { model: 'openai/gpt-4o-mini', api_key: 'sk-own', api_base: `${upstream.origin}/v1`, use_in_pass_through: true } }, // prettier-ignore
    ],
    general: { pass_through_endpoints: [{ path: '/entry', target: upstream.origin }] },
    sections: { guardrails: [guardrail('looker', 'post_call'), guardrail('logger', 'logging_only')] },
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

it.each([
  ['POST', '/openai/v1/chat/completions', '{"model":"gpt","messages":[]}'],
  ['GET', '/openai/v1/models', undefined],
  ['GET', '/entry', undefined],
])('%s %s reaches nobody', async (method, path, body) => {
  const headers = { 'content-type': 'application/json' };
  const answer = await gateway.send({ method, path, headers, ...(body !== undefined && { body }) });
  expect([answer.status, answer.text]).toEqual([503, expect.stringContaining('looker')]);
  expect(upstream.seen).toEqual([]);
});
