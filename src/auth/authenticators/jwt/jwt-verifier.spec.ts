/** The attack: a token that nobody entitled has made, or that was made for somebody else, is let in (S-11, CVE-2026-35030). */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { FakeClock } from '../../../core/testing/fake-clock.js';
import { JwtVerifier } from './jwt-verifier.js';
import { audienceName, issuerName, settingsOf, signed, TestingIssuer } from './testing-issuer.js';

let clock: FakeClock;
let provider: TestingIssuer;
let verifier: JwtVerifier;
beforeEach(() => {
  clock = new FakeClock();
  provider = new TestingIssuer();
  verifier = verifierWith({});
});

const verifierWith = (given: object): JwtVerifier =>
  new JwtVerifier(
    settingsOf({ issuers: [{ issuer: issuerName, audience: audienceName, ...given }] }),
    provider.fetchJson,
    clock,
  );
const seconds = (): number => Math.floor(clock.now() / 1_000);
const claims = (given: object = {}): Record<string, unknown> => ({
  iss: issuerName,
  aud: audienceName,
  sub: 'ada',
  exp: seconds() + 600,
  ...given,
});

async function refusal(token: string, by = verifier): Promise<string> {
  const error: unknown = await by.verify(token).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'invalid_token', status: 401 });
  return (error as Error).message;
}

it('lets in what its issuer has signed for this audience', async () => {
  const { claims: verified, issuer } = await verifier.verify(provider.token(claims()));
  expect(verified['sub']).toBe('ada');
  expect(issuer.issuer).toBe(issuerName);
});

it.each(['none', 'None', 'NONE', 'nOnE', ''])('refuses a token without a signature (alg "%s")', async (alg) => {
  const unsigned = signed({ alg }, claims(), () => Buffer.alloc(0));
  await refusal(unsigned);
  await refusal(unsigned.replace(/\.$/, '.AA'));
});

it('refuses a token that is signed with the public key as if it were a secret (RS256 to HS256)', async () => {
  const publicKey = provider.keys[0]?.publicKey;
  const forms = [
    publicKey?.export({ format: 'pem', type: 'spki' }),
    publicKey?.export({ format: 'der', type: 'spki' }),
    JSON.stringify(publicKey?.export({ format: 'jwk' })),
  ];
  for (const secret of forms) {
    const forged = signed({ alg: 'HS256', kid: 'k1' }, claims(), (data) =>
      createHmac('sha256', secret ?? '')
        .update(data)
        .digest(),
    );
    expect(await refusal(forged)).toContain('not taken');
  }
});

it.each([
  [
    'another key',
    (): string => {
      const other = new TestingIssuer();
      other.keys = [{ ...generateKeyPairSync('rsa', { modulusLength: 2048 }), kid: 'k1' }];
      return other.token(claims());
    },
  ],
  ['no matching key', (): string => provider.token(claims(), { kid: 'k9' })],
  ['a path as its key', (): string => provider.token(claims(), { kid: '../../etc/passwd' })],
  ['SQL as its key', (): string => provider.token(claims(), { kid: "x' UNION SELECT 'k1" })],
  ['an object as its key', (): string => provider.token(claims(), { kid: { not: '' } })],
  ['a long text as its key', (): string => provider.token(claims(), { kid: 'k'.repeat(257) })],
  ['a critical extension', (): string => provider.token(claims(), { crit: ['b64'], b64: false })],
])('refuses a token with %s', async (_what, token) => {
  await refusal(token());
});

it('takes no key that the token brings along or points to', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  for (const header of [
    { jwk: publicKey.export({ format: 'jwk' }) },
    { jku: 'https://evil.example/keys' },
    { x5u: 'https://evil.example/cert' },
  ]) {
    const forged = signed({ alg: 'RS256', kid: 'k1', ...header }, claims(), (data) =>
      sign('RSA-SHA256', data, privateKey),
    );
    expect(await refusal(forged)).toContain('signature');
  }
  expect(provider.asked.join()).not.toContain('evil');
});

it.each([
  ['another issuer', { iss: 'https://evil.example' }],
  ['an issuer that begins alike', { iss: `${issuerName}.evil.example` }],
  ['no issuer', { iss: undefined }],
  ['a list of issuers', { iss: [issuerName] }],
  ['another audience', { aud: 'somebody-else' }],
  ['no audience', { aud: undefined }],
  ['an audience that begins alike', { aud: `${audienceName}-2` }],
  ['an end in the past', { exp: 1_000 }],
  ['no end', { exp: undefined }],
  ['an end that is a text', { exp: '9999999999' }],
  ['a beginning in the future', { nbf: 99_999_999_999 }],
])('refuses a token with %s', async (_what, given) => {
  await refusal(provider.token(claims(given)));
});

it('forgives clocks that differ by up to half a minute, and no more', async () => {
  await verifier.verify(provider.token(claims({ exp: seconds() - 29 })));
  await verifier.verify(provider.token(claims({ nbf: seconds() + 29 })));
  await refusal(provider.token(claims({ exp: seconds() - 31 })));
  await refusal(provider.token(claims({ nbf: seconds() + 31 })));
});

it.each([
  ['claim', `{"iss":"${issuerName}","aud":"x","sub":"ada","sub":"root","exp":99999999999}`],
  ['claim, spelled with an escape', `{"iss":"${issuerName}","aud":"x","sub":"ada","s\\u0075b":"root"}`],
  ['claim, far from its colon', `{"iss":"${issuerName}","sub":"ada","sub"${' '.repeat(200)}:"root"}`],
  ['claim within a claim', `{"iss":"${issuerName}","a":{"b":1,"b":2}}`],
])('refuses a token with the same %s twice', async (_what, body) => {
  const token = signed({ alg: 'RS256', kid: 'k1' }, body, () => Buffer.from('x'));
  expect(await refusal(token)).toContain('twice');
});

it('does not take a value for a member', async () => {
  await verifier.verify(provider.token(claims({ a: 'b', b: ['a', 'a', { c: 'a' }], c: '"a":1,"a":2' })));
});

it.each(['a.b.c', 'eyJ.eyJ.x', 'eyJhbGciOiJSUzI1NiJ9.W10.x', `eyJ${'A'.repeat(102_400)}.eyJ.x`])(
  'refuses what is no token: %.40s',
  async (text) => {
    await refusal(text);
  },
);

it('takes an algorithm that the operator has named alone', async () => {
  expect(await refusal(provider.token(claims()), verifierWith({ algorithms: ['ES256'] }))).toContain('not taken');
});

it('tells tokens apart that begin alike: a hundred bearers of one header are a hundred bearers', async () => {
  for (let number = 0; number < 100; number += 1) {
    const { claims: verified } = await verifier.verify(provider.token(claims({ sub: `user-${number}` })));
    expect(verified['sub']).toBe(`user-${number}`);
  }
});

describe('the issuer’s keys', () => {
  it('are asked for once, and found by its OpenID configuration', async () => {
    await Promise.all([1, 2, 3].map(() => verifier.verify(provider.token(claims()))));
    expect(provider.asked).toEqual([`${issuerName}/.well-known/openid-configuration`, `${issuerName}/keys`]);
  });

  it('are asked for anew when a token names an unknown one, twice a minute at most', async () => {
    await verifier.verify(provider.token(claims()));
    provider.rotate('k2');
    clock.advance(30_000);
    await verifier.verify(provider.token(claims()));
    const asked = provider.asked.length;
    for (let attempt = 0; attempt < 50; attempt += 1)
      await refusal(provider.token(claims(), { kid: `made-up-${attempt}` }));
    expect(provider.asked.length).toBe(asked);
  });

  it('that were taken back are no longer trusted once they are old', async () => {
    const old = provider.token(claims({ exp: seconds() + 6_000 }));
    await verifier.verify(old);
    provider.rotate('k2');
    clock.advance(600_001);
    await refusal(old);
  });

  it('go on being trusted for an hour while the issuer is away, and then nobody is let in', async () => {
    const token = provider.token(claims({ exp: seconds() + 60_000 }));
    await verifier.verify(token);
    provider.isAway = true;
    clock.advance(600_000 + 3_600_000);
    await verifier.verify(token);
    clock.advance(60_000);
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'issuer_unavailable', status: 503 });
    provider.isAway = false;
    clock.advance(5_000);
    await verifier.verify(token);
  });

  it('that were never there are a 503, not a refusal', async () => {
    provider.isAway = true;
    await expect(verifier.verify(provider.token(claims()))).rejects.toMatchObject({ code: 'issuer_unavailable' });
  });

  it('are not taken from a configuration that is another issuer’s', async () => {
    const other = new TestingIssuer('https://evil.example');
    const by = new JwtVerifier(
      settingsOf({ issuers: [{ issuer: issuerName, audience: audienceName }] }),
      other.fetchJson,
      clock,
    );
    await expect(by.verify(provider.token(claims()))).rejects.toMatchObject({ code: 'issuer_unavailable' });
  });
});

describe("the operator's own check", () => {
  const checkedBy = (check: (claims: Readonly<Record<string, unknown>>) => unknown): JwtVerifier =>
    new JwtVerifier(
      settingsOf({ issuers: [{ issuer: issuerName, audience: audienceName }] }),
      provider.fetchJson,
      clock,
      check,
    );

  it('has the last word on a verified token, and is given its claims', async () => {
    const check = (given: Readonly<Record<string, unknown>>): boolean => given['sub'] === 'ada';
    const known = await checkedBy(check).verify(provider.token(claims()));
    expect(known.claims['sub']).toBe('ada');
    expect(await refusal(provider.token(claims({ sub: 'bob' })), checkedBy(check))).toContain('it was refused');
  });

  it.each<[string, () => unknown]>([
    ['no answer', () => undefined],
    ['an answer that is only like true', () => 1],
    ['an answer to come that is false', async () => false],
    ['a fault', () => JSON.parse('{')],
  ])('%s lets nobody in', async (_, check) => {
    expect(await refusal(provider.token(claims()), checkedBy(check))).toContain('it was refused');
  });

  it('is not asked about what is not verified, and cannot change the claims', async () => {
    const seen: unknown[] = [];
    const by = checkedBy((given) => {
      seen.push(structuredClone(given));
      return Object.assign(given as Record<string, unknown>, { sub: 'root' }) && true;
    });
    await refusal(provider.token(claims({ aud: 'another' })), by);
    expect(seen).toEqual([]);
    const { claims: kept } = await by.verify(provider.token(claims()));
    expect(kept['sub']).toBe('ada');
  });
});
