/** Rate limits over HTTP: whoever is too fast is told so, with what is left and until when; everybody else is not held up. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openAi } from '../support/dialects.js';
import { eventually } from '../support/eventually.js';
import { TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';

let upstream: Server;
/** Of calls that wait to be answered. */
let held: ServerResponse[];
let gateway: TestGateway;

beforeAll(async () => {
  held = [];
  upstream = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      if ((JSON.parse(body) as { model: string }).model === 'held') held.push(response);
      else response.end(openAi.whole('Hello'));
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const api_base = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`;
  const models = ['quick', 'held'].map((name) => ({
    model_name: name,
    litellm_params: { model: `openai/${name}`, api_key: 'sk-provider', api_base },
  }));
  gateway = await TestGateway.start({ models });
});
afterAll(async () => {
  await gateway.stop();
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
});

const chat = (key: string, given: object = {}): Promise<Answer> =>
  gateway.chat(
    { model: 'quick', messages: [{ role: 'user', content: 'hi' }], max_tokens: 5, ...given },
    { authorization: `Bearer ${key}` },
  );

async function post(path: string, body: object): Promise<Answer> {
  const answer = await gateway.send({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer;
}

it('holds a key to its requests a minute, in the words and headers that clients know', async () => {
  const key = await gateway.makeKey({ key_alias: 'slow', rpm_limit: 2, tpm_limit: 10_000 });
  const first = await chat(key);
  expect(first.headers).toMatchObject({
    'x-ratelimit-limit-requests': '2',
    'x-ratelimit-remaining-requests': '1',
    'x-ratelimit-api_key-remaining-requests': '1',
    'x-ratelimit-limit-tokens': '10000',
    'x-litellm-key-rpm-limit': '2',
    'x-litellm-key-tpm-limit': '10000',
  });
  expect((await chat(key)).status).toBe(200);
  const refused = await chat(key);
  expect(refused.status).toBe(429);
  expect(refused.headers).toMatchObject({ rate_limit_type: 'requests' });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(refused.json).toMatchObject({ error: { type: 'rate_limit_error', code: '429' } });
  expect(refused.text).toContain(
    'Rate limit exceeded for api_key: slow. Limit type: requests. Current limit: 2, Remaining: 0.',
  );
  const other = await gateway.makeKey();
  expect((await chat(other)).status).toBe(200);
});

it('counts the tokens that requests came to, not those that they might have', async () => {
  const key = await gateway.makeKey({ tpm_limit: 2_000 });
  // Each reserves more than a thousand; what it comes to is some ten.
  for (let request = 0; request < 5; request += 1) expect((await chat(key, { max_tokens: 1_500 })).status).toBe(200);
  const { status, headers } = await chat(key, { max_tokens: 5_000 });
  expect([status, headers['rate_limit_type']]).toEqual([429, 'tokens']);
});

it('refuses nobody for the length of an answer that nobody has asked for', async () => {
  const key = await gateway.makeKey({ tpm_limit: 100 });
  expect((await chat(key, { max_tokens: undefined })).status).toBe(200);
  expect((await chat(key, { max_tokens: 101 })).status).toBe(429);
});

it('holds requests at once, and lets the next in when one has ended, however it ended', async () => {
  const key = await gateway.makeKey({ max_parallel_requests: 1 });
  const running = chat(key, { model: 'held' });
  await eventually('the call is at the provider', () => held.length === 1);
  const refused = await chat(key);
  expect([refused.status, refused.headers['rate_limit_type']]).toEqual([429, 'max_parallel_requests']);
  held.pop()?.destroy();
  expect((await running).status).toBeGreaterThanOrEqual(500);
  expect((await chat(key)).status).toBe(200);
});

it('holds a team together, whichever of its keys calls, and one model of it by itself', async () => {
  await post('/team/new', { team_id: 'rates', rpm_limit: 3, model_rpm_limit: { quick: 2 } });
  const keys = [await gateway.makeKey({ team_id: 'rates' }), await gateway.makeKey({ team_id: 'rates' })];
  const statuses = [];
  for (const key of [...keys, ...keys]) statuses.push((await chat(key)).status);
  expect(statuses).toEqual([200, 200, 429, 429]);
});

it('holds a customer, who is first heard of in the request', async () => {
  await post('/customer/new', { user_id: 'hasty', budget_id: undefined, rpm_limit: 1 });
  const key = await gateway.makeKey();
  expect((await chat(key, { user: 'hasty' })).status).toBe(200);
  expect((await chat(key, { user: 'hasty' })).text).toContain('end_user: hasty');
  expect((await chat(key, { user: 'somebody-else' })).status).toBe(200);
});

it('follows a changed limit at once', async () => {
  const key = await gateway.makeKey({ rpm_limit: 1 });
  expect((await chat(key)).status).toBe(200);
  expect((await chat(key)).status).toBe(429);
  await post('/key/update', { key, rpm_limit: null });
  await eventually('the limit is gone', async () => (await chat(key)).status === 200, 4_000);
});
