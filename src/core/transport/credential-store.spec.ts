/** Tokens: exchanged once for all who wait, renewed before they expire, kept apart by identity, never lent to strangers. */
import { InMemoryClientCache } from '../client-cache/in-memory-client-cache.js';
import { GatewayError } from '../errors/gateway-error.js';
import type { CredentialExchange, CredentialRequest, Deployment, SecretSource } from '../spec/index.js';
import { madeUpDeployment, madeUpProvider } from '../testing/deployments.js';
import { FakeClock } from '../testing/fake-clock.js';
import { FakeUpstream, type FakeExchange } from '../testing/fake-upstream.js';
import { CredentialStore } from './credential-store.js';

const lifeMs = 3_600_000;

/** Asks `/token`, whose answer is the token. */
const exchange: CredentialExchange = ({ credentials, secrets }) => ({
  request: {
    method: 'POST',
    origin: 'https://sts.acme.test',
    path: '/token',
    headers: {},
    body: credentials.apiKey ?? secrets.variable('ACME_KEY') ?? 'nothing',
  },
  read({ status, body }, nowMs) {
    if (status !== 200) throw new GatewayError('upstream_authentication', { message: `status ${status}` });
    return { credentials: { token: Buffer.from(body).toString() }, expiresAtMs: nowMs + lifeMs };
  },
});

function setUp(
  given: { exchange?: CredentialExchange; onRequest?: (exchange: FakeExchange, attempt: number) => void } = {},
) {
  const clock = new FakeClock();
  const upstream = new FakeUpstream(
    given.onRequest ?? ((asked, attempt) => void asked.head(200).data(`token-${attempt}`).end()),
  );
  const secrets: SecretSource = { variable: () => 'of-the-machine', file: () => undefined };
  const store = new CredentialStore({
    clients: new InMemoryClientCache(),
    clock,
    secrets,
    dispatcherFor: () => upstream.dispatcher,
  });
  const provider = madeUpProvider({ credentialExchange: given.exchange ?? exchange });
  const deployment = (more: Partial<Deployment> = {}) => madeUpDeployment({ provider, ...more });
  return { clock, upstream, store, deployment };
}

it('exchanges once for all requests that wait, and answers at once afterwards', async () => {
  const { upstream, store, deployment } = setUp();
  const one = deployment();
  const answers = await Promise.all([store.current(one), store.current(one), store.current(one)]);
  expect(answers).toEqual([{ token: 'token-1' }, { token: 'token-1' }, { token: 'token-1' }]);
  expect(store.current(one)).toEqual({ token: 'token-1' });
  expect(upstream.exchanges).toHaveLength(1);
});

it('renews a token in its last minutes while requests still use the old one', async () => {
  const { clock, upstream, store, deployment } = setUp();
  const one = deployment();
  await store.current(one);
  clock.advance(lifeMs - 4 * 60_000);
  expect(store.current(one)).toEqual({ token: 'token-1' });
  await new Promise(setImmediate);
  expect([upstream.exchanges.length, store.current(one)]).toEqual([2, { token: 'token-2' }]);
});

it('waits for a new token once the old one is about to expire', async () => {
  const { clock, store, deployment } = setUp();
  const one = deployment();
  await store.current(one);
  clock.advance(lifeMs - 5_000);
  expect(await store.current(one)).toEqual({ token: 'token-2' });
});

it('goes on with the old token where its renewal fails', async () => {
  const { clock, upstream, store, deployment } = setUp({
    onRequest: (asked, attempt) => void (attempt === 1 ? asked.head(200).data('good') : asked.head(500)).end(),
  });
  const one = deployment();
  await store.current(one);
  clock.advance(lifeMs - 60_000);
  for (let count = 0; count < 3; count += 1) {
    expect(store.current(one)).toEqual({ token: 'good' });
    await new Promise(setImmediate);
  }
  expect(upstream.exchanges).toHaveLength(4);
});

it('remembers no failure: the next request asks again', async () => {
  const { store, deployment } = setUp({
    onRequest: (asked, attempt) => void (attempt === 1 ? asked.head(403) : asked.head(200).data('good')).end(),
  });
  const one = deployment();
  await expect(store.current(one)).rejects.toMatchObject({ code: 'upstream_authentication' });
  expect(await store.current(one)).toEqual({ token: 'good' });
});

it('exchanges anew after a token was refused', async () => {
  const { store, deployment } = setUp();
  const one = deployment();
  await store.current(one);
  store.forget(one);
  expect(await store.current(one)).toEqual({ token: 'token-2' });
});

it('keeps identities apart: by credentials, by settings, by who wrote the deployment', async () => {
  const { upstream, store, deployment } = setUp();
  const settings = { ...deployment().parameters, provider: { role: 'other' } };
  const all = [
    deployment(),
    deployment({ credentials: { apiKey: 'another' } }),
    deployment({ credentials: { apiKey: 'sk-operator' }, parameters: settings }),
    deployment({ credentials: { apiKey: 'sk-operator' }, egress: 'restricted' }),
    // The same identity as the first, from another entry.
    deployment({ credentials: { apiKey: 'sk-operator' } }),
  ];
  const tokens = [];
  for (const each of all) tokens.push(await store.current(each));
  expect(tokens.map(({ token }) => token)).toEqual(['token-1', 'token-2', 'token-3', 'token-4', 'token-1']);
  expect(upstream.exchanges).toHaveLength(4);
});

it("lends the machine's own secrets to the operator's deployments only", async () => {
  const { upstream, store, deployment } = setUp();
  await store.current(deployment({ credentials: {} }));
  await store.current(deployment({ credentials: {}, egress: 'restricted' }));
  expect(upstream.exchanges.map(({ request }) => request.body)).toEqual(['of-the-machine', 'nothing']);
});

it('follows an exchange of several steps, and ends one that never ends', async () => {
  const endless = setUp({
    exchange: (context) => {
      const first = exchange(context) as Exclude<ReturnType<CredentialExchange>, Promise<unknown> | undefined>;
      return { ...first, read: () => first };
    },
  });
  expect(await endless.store.current(endless.deployment())).toEqual({ token: 'token-2' });

  const loop: CredentialExchange = (context) => {
    const first = exchange(context) as Exclude<ReturnType<CredentialExchange>, Promise<unknown> | undefined>;
    const again: typeof first = { ...first, read: () => again };
    return again;
  };
  const { store, deployment } = setUp({ exchange: loop });
  await expect(store.current(deployment())).rejects.toMatchObject({ code: 'internal' });
});

it('uses the credentials as they are where there is nothing to exchange', async () => {
  const { upstream, store, deployment } = setUp({ exchange: () => undefined });
  expect(await store.current(deployment())).toEqual({ apiKey: 'sk-operator' });
  expect(upstream.exchanges).toHaveLength(0);
});

it('says that the token service cannot be reached', async () => {
  const { store, deployment } = setUp({
    onRequest: (asked) => void asked.error(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })),
  });
  await expect(store.current(deployment())).rejects.toMatchObject({ code: 'upstream_unreachable', provider: 'acme' });
});

it('keeps credentials that an exchange makes by itself like those that it asks for', async () => {
  let made = 0;
  const { clock, upstream, store, deployment } = setUp({
    exchange: ({ nowMs }) => ({ credentials: { token: `made-${(made += 1)}` }, expiresAtMs: nowMs + lifeMs }),
  });
  const one = deployment();
  expect(await store.current(one)).toEqual({ token: 'made-1' });
  expect(store.current(one)).toEqual({ token: 'made-1' });
  clock.advance(lifeMs);
  expect(await store.current(one)).toEqual({ token: 'made-2' });
  expect(upstream.exchanges).toHaveLength(0);
});

it('says what the operator should know of a token service that is not there', async () => {
  const unreachable = 'Nothing is configured, and this machine has no metadata server. Set `api_key`.';
  const { store, deployment } = setUp({
    exchange: (context) => ({ ...(exchange(context) as CredentialRequest), unreachable }),
    onRequest: (asked) => void asked.error(new Error('connect EHOSTUNREACH')),
  });
  await expect(store.current(deployment())).rejects.toMatchObject({
    code: 'upstream_authentication',
    message: unreachable,
  });
});
