import { checkBy, contentOf, FakeService } from '../testing/adapter-bench.js';
import { genericGuardrailApi } from './generic-guardrail-api.js';

const parameters = {
  api_base: 'https://hook.test',
  api_key: 'key-1',
  headers: { 'x-tenant': 'one' },
  additional_provider_specific_params: { threshold: 0.8, language: 'en' },
};
const check = (json: unknown, texts: string[]) =>
  checkBy(genericGuardrailApi, parameters, new FakeService([{ json }]), contentOf(texts));

describe('the webhook', () => {
  it('is asked by the contract', async () => {
    const service = new FakeService([{ json: { action: 'NONE' } }]);
    const content = contentOf(['hello'], { tools: ['search'], toolCalls: [{ name: 'search', arguments: '{}' }] });
    const given = await checkBy(genericGuardrailApi, parameters, service, content, {
      extraBody: { threshold: 0, tone: 'mild' },
    });
    expect(given).toEqual({ action: 'pass' });
    expect(service.requests[0]).toMatchObject({
      url: 'https://hook.test/beta/litellm_basic_guardrail_api',
      headers: { 'x-api-key': 'key-1', 'x-tenant': 'one' },
    });
    expect(service.bodies).toEqual([
      {
        texts: ['hello'],
        input_type: 'request',
        structured_messages: [{ role: 'user', content: 'hello' }],
        tools: [{ type: 'function', function: { name: 'search' } }],
        tool_calls: [{ type: 'function', function: { name: 'search', arguments: '{}' } }],
        request_data: {
          user_api_key_hash: 'hash',
          user_api_key_alias: 'alias',
          user_api_key_user_id: 'user-1',
          user_api_key_team_id: 'team-1',
          user_api_key_end_user_id: null,
        },
        model: 'gpt',
        litellm_call_id: '01990000-0000-7000-8000-000000000000',
        additional_provider_specific_params: { threshold: 0.8, language: 'en', tone: 'mild' },
      },
    ]);
  });

  it('sends each header once, however it is written, and none that says where a request ends', async () => {
    const service = new FakeService([{ json: { action: 'NONE' } }]);
    const own = { ...parameters, headers: { 'Content-Type': 'application/json; v=2', 'X-API-Key': 'other' } };
    await checkBy(genericGuardrailApi, own, service, contentOf(['x']));
    expect(service.requests[0]?.headers).toEqual({
      'content-type': 'application/json; v=2',
      accept: 'application/json',
      'x-api-key': 'key-1',
    });
    for (const name of ['Host', 'content-length', 'Transfer-Encoding', 'connection']) {
      const headers = { [name]: '0' };
      await expect(checkBy(genericGuardrailApi, { ...parameters, headers }, service, contentOf(['x']))).rejects.toThrow(
        'is set by the gateway',
      );
    }
  });

  it('is asked at its own path where the address ends in it, and about answers as such', async () => {
    const service = new FakeService([{ json: { action: 'NONE' } }]);
    const address = 'https://hook.test/a/beta/litellm_basic_guardrail_api';
    await checkBy(genericGuardrailApi, { api_base: address }, service, contentOf(['x'], { direction: 'answer' }));
    expect(service.requests[0]?.url).toBe(address);
    expect(service.bodies[0]).toMatchObject({ input_type: 'response' });
  });

  it('blocks with its own reason', async () => {
    expect(await check({ action: 'BLOCKED', blocked_reason: 'Not on Sundays.' }, ['x'])).toMatchObject({
      action: 'block',
      reason: 'Not on Sundays.',
    });
  });

  it('masks by the texts that come back', async () => {
    expect(await check({ action: 'GUARDRAIL_INTERVENED', texts: ['a', '***'] }, ['a', 'b'])).toMatchObject({
      action: 'mask',
      texts: ['a', '***'],
    });
  });

  it.each([
    [{ action: 'GUARDRAIL_INTERVENED' }],
    [{ action: 'GUARDRAIL_INTERVENED', texts: ['a'] }],
    [{ action: 'ALLOW' }],
  ])('is unavailable where it answers %j for two texts', async (json) => {
    await expect(check(json, ['a', 'b'])).rejects.toMatchObject({ code: 'guardrail_unavailable' });
  });

  it.each(['ftp://hook.test', 'https://me:word@hook.test', 'https://hook.test?key=1', 'hook'])(
    'refuses the address %s',
    (api_base) => {
      expect(genericGuardrailApi.parameters.safeParse({ api_base }).success).toBe(false);
    },
  );

  it('refuses headers that are none', async () => {
    const bad = { ...parameters, headers: { 'x-tenant': 'one\r\nhost: other' } };
    await expect(checkBy(genericGuardrailApi, bad, new FakeService([]), contentOf(['x']))).rejects.toMatchObject({
      path: 'headers.x-tenant',
    });
  });
});
