import { checkBy, contentOf, FakeService } from '../testing/adapter-bench.js';
import { aporiaGuardrail } from './aporia.js';

const parameters = { api_base: 'https://gr-prd.aporia.test/project-1/', api_key: 'key-1' };
const check = (json: unknown, texts: string[], direction: 'request' | 'answer' = 'request') =>
  checkBy(aporiaGuardrail, parameters, new FakeService([{ json }]), contentOf(texts, { direction }));

describe('Aporia', () => {
  it('asks about a prompt as the vendor documents it', async () => {
    const service = new FakeService([{ json: { action: 'passthrough' } }]);
    const content = contentOf([
      { role: 'user', text: 'hello' },
      { role: 'tool', text: 'a page' },
    ]);
    expect(await checkBy(aporiaGuardrail, parameters, service, content)).toEqual({ action: 'pass' });
    expect(service.requests[0]).toMatchObject({
      url: 'https://gr-prd.aporia.test/project-1/validate',
      headers: { 'x-aporia-api-key': 'key-1' },
    });
    expect(service.bodies).toEqual([
      {
        messages: [
          { role: 'user', content: 'hello' },
          { role: 'other', content: 'a page' },
        ],
        validation_target: 'prompt',
        explain: true,
      },
    ]);
  });

  it('blocks with the policies that were hurt', async () => {
    const policy_log = [
      { policy_type: 'prompt_injection', action: 'block' },
      { policy_type: 'toxicity', action: 'passthrough' },
    ];
    expect(await check({ action: 'block', policy_execution_result: { policy_log } }, ['x'])).toMatchObject({
      action: 'block',
      findings: [{ kind: 'prompt_injection', count: 1 }],
    });
  });

  it('puts a revised answer in the place of the answer', async () => {
    const json = { action: 'rephrase', revised_response: 'kinder' };
    expect(await check(json, ['rude'], 'answer')).toMatchObject({ action: 'mask', texts: ['kinder'] });
  });

  it('blocks where it cannot be said which text was revised', async () => {
    const json = { action: 'modify', revised_response: 'kinder' };
    expect((await check(json, ['one', 'two'], 'answer')).action).toBe('block');
    expect((await check(json, ['one'])).action).toBe('block');
  });

  it('is unavailable where it revises an answer into nothing', async () => {
    await expect(check({ action: 'modify' }, ['one'], 'answer')).rejects.toMatchObject({
      code: 'guardrail_unavailable',
    });
  });
});
