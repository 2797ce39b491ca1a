import { maskSecrets } from './mask-secrets.js';

describe('maskSecrets', () => {
  it.each([
    ['Incorrect API key provided: sk-abc***.', 'abc***'],
    ['Incorrect API key provided: sk-proj-AbCdEf0123456789.', 'AbCdEf'],
    ['bad key gsk_Zz0123456789abcdef', 'Zz0123'],
    ['Authorization: Bearer abcdef.ghij-klmn was refused', 'ghij'],
    ['AIzaSyA0123456789abcdefghijklmnop is not valid', 'SyA0'],
    ["api_key='letmein-please'", 'letmein'],
    ['connect to https://user:hunter2@api.example.com/v1 failed', 'hunter2'],
    ['GET https://api.example.com/v1?key=topsecret', 'topsecret'],
    ['no route to http://10.1.2.3:8000/v1', '10.1.2.3'],
    ['no route to 10.1.2.3:8000', '10.1.2.3'],
    ['POST https://model.prod.svc.cluster.local/v1', 'cluster.local'],
    ['POST http://vllm-7/v1', 'vllm-7'],
  ])('keeps nothing of the secret in %j', (text, secret) => {
    expect(maskSecrets(text)).not.toContain(secret);
  });

  it.each([
    "This model's maximum context length is 128000 tokens.",
    'The model `gpt-4o-2024-08-06` does not exist. See https://platform.openai.com/docs/models.',
    'Rate limit reached for requests per min (RPM): Limit 3, Used 3.',
    'skipping task-oriented monkey-patching',
  ])('leaves %j as it is', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it('cuts a text that goes on for ever', () => {
    expect(maskSecrets('x'.repeat(100_000)).length).toBeLessThanOrEqual(2_000);
  });
});
