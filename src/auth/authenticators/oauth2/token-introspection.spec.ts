/** The attack: a token is believed although nobody has vouched for it (CVE-2026-59822: an error became an empty identity). */
import type { HttpAnswer, HttpRequest } from '../../../clients/outbound-http.service.js';
import { readOAuth2 } from '../../../config/oauth2-settings.js';
import { FakeClock } from '../../../core/testing/fake-clock.js';
import { TokenIntrospection } from './token-introspection.js';

const environment = {
  OAUTH_TOKEN_INFO_ENDPOINT: 'https://login.example.com/introspect',
  OAUTH_CLIENT_ID: 'gate:way',
  OAUTH_CLIENT_SECRET: 'p@ss',
};

let clock: FakeClock;
let asked: HttpRequest[];
let answer: () => Promise<HttpAnswer>;
const saying =
  (body: unknown, status = 200) =>
  (): Promise<HttpAnswer> =>
    Promise.resolve({ status, headers: {}, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) });

beforeEach(() => {
  clock = new FakeClock();
  asked = [];
});

function introspection(given: Readonly<Record<string, string>> = environment): TokenIntrospection {
  const settings = readOAuth2(given);
  if (!settings) throw new Error('no settings');
  const send = (request: HttpRequest): Promise<HttpAnswer> => {
    asked.push(request);
    return answer();
  };
  return new TokenIntrospection(settings, send, clock);
}

it('asks as RFC 7662 says, with the client’s own credentials', async () => {
  answer = saying({ active: true, sub: 'ada' });
  expect(await introspection().claimsOf('t&o=k')).toMatchObject({ sub: 'ada' });
  expect(asked[0]).toMatchObject({
    method: 'POST',
    body: 'token=t%26o%3Dk&token_type_hint=access_token',
    egress: 'operator',
  });
  expect(Buffer.from(String(asked[0]?.headers?.['authorization']).slice(6), 'base64').toString()).toBe(
    'gate%3Away:p%40ss',
  );
});

it('or asks an endpoint that tells of the bearer with the token itself', async () => {
  answer = saying({ sub: 'ada' });
  expect(await introspection({ OAUTH_TOKEN_INFO_ENDPOINT: 'https://login.example.com/me' }).claimsOf('token')).toEqual({
    sub: 'ada',
  });
  expect(asked[0]).toMatchObject({ headers: { authorization: 'Bearer token' } });
});

it.each([[{ active: false }], [{ sub: 'ada' }], [{ active: 'true' }], [{ active: 1 }], [{ active: null }], [{}]])(
  'refuses what is not plainly active: %j',
  async (body) => {
    answer = saying(body);
    await expect(introspection().claimsOf('token')).rejects.toMatchObject({ code: 'invalid_token', status: 401 });
  },
);

it.each([
  ['an error', saying({ active: true }, 500)],
  ['a refused client', saying({ active: true }, 401)],
  ['a redirect', saying({ active: true }, 302)],
  ['no JSON', saying('<html>')],
  ['a list', saying([])],
  ['nothing', saying('')],
  ['null', saying('null')],
])('is a 503 where the server gives %s: nobody is let in', async (_what, given) => {
  answer = given;
  await expect(introspection().claimsOf('token')).rejects.toMatchObject({ code: 'issuer_unavailable', status: 503 });
});

it('is a 503 where the server cannot be reached', async () => {
  answer = () => Promise.reject(new Error('refused'));
  await expect(introspection().claimsOf('token')).rejects.toMatchObject({ code: 'issuer_unavailable' });
});

it('refuses a token that the bearer’s endpoint does not know', async () => {
  answer = saying({}, 401);
  await expect(introspection({ OAUTH_TOKEN_INFO_ENDPOINT: 'https://a/me' }).claimsOf('token')).rejects.toMatchObject({
    code: 'invalid_token',
  });
});

it('believes an answer for a minute, and never beyond the token’s end', async () => {
  const tokens = introspection();
  answer = saying({ active: true, sub: 'ada' });
  await tokens.claimsOf('token');
  clock.advance(59_999);
  await tokens.claimsOf('token');
  expect(asked).toHaveLength(1);
  clock.advance(1);
  answer = saying({ active: true, exp: clock.now() / 1_000 + 5 });
  await tokens.claimsOf('token');
  clock.advance(5_000);
  await expect(tokens.claimsOf('token')).rejects.toMatchObject({ code: 'invalid_token' });
  expect(asked).toHaveLength(3);
});

it('asks once for many requests at once, and tells tokens apart that begin alike', async () => {
  answer = saying({ active: true });
  const tokens = introspection();
  await Promise.all(Array.from({ length: 50 }, () => tokens.claimsOf('token-a')));
  await tokens.claimsOf('token-ab');
  expect(asked).toHaveLength(2);
});

it('asks again after an error', async () => {
  const tokens = introspection();
  answer = saying({}, 500);
  await expect(tokens.claimsOf('token')).rejects.toThrow();
  answer = saying({ active: true, sub: 'ada' });
  expect(await tokens.claimsOf('token')).toMatchObject({ sub: 'ada' });
});
