/** No error ever shows a key: not the provider's, not the administrator's, not a caller's (S-26). */
import { anthropic, eventsText, openAi, type DialectAnswers } from '../support/dialects.js';
import { masterKey, TestGateway } from '../support/gateway.js';
import type { Answer } from '../support/http-client.js';
import { chunkOf, lastChunk, RawUpstream, streamHead, wholeAnswer } from '../support/upstream.js';

/** Room for a busy machine; what must be quick says so by itself. */
jest.setTimeout(30_000);

const messages = [{ role: 'user', content: 'Hello' }];
/** One that looks like a key, and ones that look like nothing. */
const providerKeys = {
  prefixed: 'sk-proj-Canary7Q2mZ81xVbT0aLk93',
  hexadecimal: '0d4c7fe19ab24c83b6d1570e8f2a9b3c',
  words: 'correct-horse-battery-staple',
};
type KeyName = keyof typeof providerKeys;
const keyNames = Object.keys(providerKeys) as KeyName[];

/** The many ways in which providers repeat what they were sent. */
const messagesWith: readonly ((key: string) => string)[] = [
  (key) => `Incorrect API key provided: ${key}. You can find your API key at https://platform.openai.com.`,
  (key) => `Invalid credentials ${key}`,
  (key) => `{"authorization":"Bearer ${key}"}`,
  (key) => `header 'x-api-key: ${key}' was rejected`,
  (key) => `${key} is not allowed to access this model`,
  (key) => `GET https://api.example.com/v1?key=${key} failed`,
  (key) => `unexpected value:${key},`,
];

describe.each([openAi, anthropic])('keys in errors ($name)', (dialect: DialectAnswers) => {
  let upstream: RawUpstream;
  let gateway: TestGateway;
  let virtualKey = '';

  beforeAll(async () => {
    upstream = await RawUpstream.start(({ headers, json }) => (socket) => {
      const key = String(headers['x-api-key'] ?? headers['authorization']?.replace('Bearer ', ''));
      const [where = '', status = '', at = ''] = (json.model ?? '').split('~');
      const message = messagesWith[Number(at)]?.(key) ?? '';
      const error = dialect.error(message, 'authentication_error');
      if (where === 'text') socket.write(wholeAnswer(message, 'content-type: text/plain\r\n', `${status} No`));
      else if (where === 'body') socket.write(wholeAnswer(error, '', `${status} No`));
      else {
        const event = dialect.name === 'translated' ? `event: error\ndata: ${error}` : `data: ${error}`;
        socket.write(
          Buffer.concat([
            Buffer.from(streamHead),
            chunkOf(eventsText([...dialect.opening, dialect.content('x'), event])),
            Buffer.from(lastChunk),
          ]),
        );
      }
    });
    gateway = await TestGateway.start({
      models: keyNames.flatMap((name) => [
        {
          model_name: `${name}/*`,
          litellm_params: {
            model: `${dialect.provider}/*`,
            api_base: `${upstream.origin}/v1`,
            api_key: providerKeys[name],
          },
        },
        {
          model_name: `away-${name}/*`,
          litellm_params: {
            model: `${dialect.provider}/*`,
            api_base: 'http://127.0.0.1:1/v1',
            api_key: providerKeys[name],
          },
        },
      ]),
    });
    virtualKey = await gateway.makeKey({ models: ['nothing-at-all'] });
  });

  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  function secretsIn(text: string): string[] {
    return [...Object.values(providerKeys), masterKey, virtualKey].filter((secret) => text.includes(secret));
  }

  function expectNoKey(answer: Answer): void {
    expect(answer.status === 200 && !answer.text.includes('"error"')).toBe(false);
    const shown = `${answer.text} ${JSON.stringify(answer.headers)}`;
    expect(secretsIn(shown)).toEqual([]);
  }

  it.each(keyNames)('a provider that repeats its key does not make the gateway repeat it (%s)', async (name) => {
    const leaks: string[] = [];
    for (const where of ['body', 'text', 'stream']) {
      for (const status of where === 'stream' ? ['200'] : ['400', '401', '403', '404', '500']) {
        for (const at of messagesWith.keys()) {
          const model = `${name}/${where}~${status}~${at}`;
          const answer = await gateway.chat({ model, messages, stream: where === 'stream' });
          if (answer.text.includes(providerKeys[name])) leaks.push(`${where} ${status}: ${messagesWith[at]?.('KEY')}`);
        }
      }
    }
    expect(leaks).toEqual([]);
  });

  it.each(keyNames)('an unreachable provider shows no key and no address (%s)', async (name) => {
    for (const stream of [true, false]) {
      const answer = await gateway.chat({ model: `away-${name}/x`, messages, stream });
      expectNoKey(answer);
      expect(answer.text).not.toContain('127.0.0.1');
    }
  });

  it('refusals of callers show no key', async () => {
    const withVirtual = { authorization: `Bearer ${virtualKey}` };
    const json = { 'content-type': 'application/json' };
    expectNoKey(await gateway.chat({ model: 'prefixed/x', messages }, withVirtual));
    expectNoKey(
      await gateway.send({ method: 'POST', path: '/key/generate', headers: { ...withVirtual, ...json }, body: '{}' }),
    );
    expectNoKey(await gateway.send({ method: 'GET', path: `/key/info?key=${masterKey}`, headers: withVirtual }));
    expectNoKey(await gateway.send({ method: 'GET', path: `/nowhere?key=${virtualKey}`, headers: withVirtual }));
    expectNoKey(await gateway.send({ method: 'GET', path: '/v1/models', headers: { authorization: virtualKey } }));
    expectNoKey(
      await gateway.send({ method: 'GET', path: '/v1/models', headers: { authorization: `Bearer ${virtualKey}x` } }),
    );
    expectNoKey(
      await gateway.send({
        method: 'POST',
        path: '/key/generate',
        headers: json,
        body: JSON.stringify({ key: virtualKey }),
      }),
    );
    expectNoKey(
      await gateway.send({
        method: 'POST',
        path: '/key/delete',
        headers: json,
        body: JSON.stringify({ keys: [`${virtualKey}x`] }),
      }),
    );
    expectNoKey(await gateway.send({ method: 'GET', path: `/spend/logs?start_date=${virtualKey}` }));
    expectNoKey(await gateway.chat(`{"model":"x","messages":[],"${virtualKey}`));
  });

  it('the spend log never holds a clear key', async () => {
    const logs = await gateway.send({ method: 'GET', path: '/spend/logs/v2?page_size=1000' });
    expect(logs.status).toBe(200);
    expect(secretsIn(logs.text)).toEqual([]);
  });
});
