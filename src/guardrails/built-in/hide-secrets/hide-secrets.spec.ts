import { afterCheck, bestTimeOf, check, makeGuardrail } from '../testing/checking.js';
import { hideSecretsGuardrail } from './hide-secrets.js';

const guardrail = makeGuardrail(hideSecretsGuardrail, { redaction_tag: '#' });

/** Put together here, so that no scanner of repositories takes them for real ones. */
const random = 'aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY';
const secrets: [string, string][] = [
  ['an AWS access key', `AKIA${'IOSFODNN7ABCDEFG'}`],
  ['a GitHub token', `ghp_${random}wXyZ`],
  ['a GitLab token', `glpat-${random.slice(0, 20)}`],
  ['a Slack token', `xoxb-23984754863-2348975623103-${random.slice(0, 24)}`],
  ['an npm token', `npm_${random}wXyZ`],
  ['a SendGrid key', `SG.${random.slice(0, 22)}.${(random + random).slice(0, 43)}`],
  ['a Stripe key', `sk_${'live'}_${random}`],
  ['an OpenAI key', `sk-proj-${random}${random}`],
  ['an Anthropic key', `sk-ant-api03-${random}${random}${random.slice(0, 29)}AA`],
  ['a Google key', `AIza${(random + random).slice(0, 35)}`],
  ['a JWT', `eyJ${random}.eyJ${random}.${random}`],
  ['a Hugging Face token', `hf_${'aBcDeFgHiJkLmNoPqRsTuVwXyZabcdEFGH'}`],
];

const privateKey = `-----BEGIN RSA PRIVATE KEY-----\n${`${random}${random}\n`.repeat(12)}-----END RSA PRIVATE KEY-----`;

describe('secrets', () => {
  it.each(secrets)('%s is masked as a whole', async (_name, secret) => {
    expect(await afterCheck(guardrail, `use ${secret} for it`)).toBe('use # for it');
    expect(await afterCheck(guardrail, secret)).toBe('#');
  });

  it('of an AWS secret key, a password, a bearer token and a connection only the secret goes', async () => {
    expect(await afterCheck(guardrail, `aws_secret_access_key = ${random}wX/+zZ12 ok`)).toBe(
      'aws_secret_access_key = # ok',
    );
    expect(await afterCheck(guardrail, '{"db_password": "hunter2!Zx9"} ok')).toBe('{"db_password": "#"} ok');
    expect(await afterCheck(guardrail, `Authorization: Bearer ${random}`)).toBe('Authorization: Bearer #');
    expect(await afterCheck(guardrail, 'see postgres://app:s3cr3tPw9@db.local:5432/x now')).not.toContain('s3cr3tPw9');
  });

  it('a private key is masked to its end, a cut-off one too', async () => {
    expect(await afterCheck(guardrail, `key:\n${privateKey}\nthanks`)).not.toContain(random);
    expect(await afterCheck(guardrail, privateKey.slice(0, 300))).not.toContain(random);
  });

  it('a text cannot switch the check off', async () => {
    const [, secret] = secrets[1]!;
    for (const comment of [
      '// secretlint-disable',
      '/* secretlint-disable */',
      '# secretlint-disable-next-line',
      '<!-- secretlint-disable -->',
    ]) {
      expect(await afterCheck(guardrail, `${comment}\n${secret}\n`)).not.toContain(secret);
    }
  });

  it.each([
    'The password policy says: choose a long password, and never share a token.',
    'password: ${DB_PASSWORD}, api_key: os.environ/OPENAI_API_KEY, token=<your-token>, secret: changeme-changeme',
    'const token = await tokens.nextTokenOf(parser);',
    'sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 of the secret file',
    'uuid 3f2504e0-4f89-41d3-9a0c-0305e82c3301, commit 81dd533aa0c4cbb0b7f4c1c1d5e5e6f7a8b9c0d1',
    'Basic concepts: an API key is a string. See https://example.com/api-key?x=1',
  ])('nothing in: %s', async (text) => {
    expect(await afterCheck(guardrail, text)).toBe(text);
  });

  it('are found in each text and in JSON, which stays JSON', async () => {
    const [, secret] = secrets[1]!;
    const json = { text: JSON.stringify({ a: [`x\n"${secret}"`], b: 1 }), role: 'assistant' as const, isJson: true };
    const verdict = await check(guardrail, ['plain', json, `and ${secret}`]);
    if (verdict.action !== 'mask') throw new Error('it was masked');
    expect(verdict.texts[0]).toBe('plain');
    expect(JSON.parse(verdict.texts[1]!)).toEqual({ a: ['x\n"#"'], b: 1 });
    expect(verdict.texts[2]).toBe('and #');
    expect(verdict.findings).toEqual([{ kind: 'GITHUB_TOKEN', count: 2 }]);
  });

  it('can block, without the secret in what is said', async () => {
    const [, secret] = secrets[1]!;
    const verdict = await check(makeGuardrail(hideSecretsGuardrail, { action: 'block' }), `use ${secret}`);
    expect(verdict).toMatchObject({ action: 'block', reason: expect.stringContaining('GITHUB_TOKEN') });
    expect(JSON.stringify(verdict)).not.toContain(secret);
  });

  it('one that a stream has only half of is waited for', async () => {
    const [, secret] = secrets[1]!;
    expect((await check(guardrail, `use ${secret}`, { direction: 'answer', isComplete: false })).action).toBe('pass');
    expect((await check(guardrail, `use ${secret} `, { direction: 'answer', isComplete: false })).action).toBe('mask');
  });
});

describe('time', () => {
  const megabyte = 1_000_000;
  const of = (unit: string) => unit.repeat(Math.ceil(megabyte / unit.length)).slice(0, megabyte);

  it('of a hostile text is that of a benign one, times a constant', async () => {
    const base = await bestTimeOf(() => check(guardrail, of('The quick brown fox jumps over the lazy dog. ')), 3);
    const units = [
      'a',
      'A',
      'AKIA',
      'eyJ',
      '-eyJaaaaaaaaaa',
      'password=',
      'password:::::',
      'aws ',
      'Bearer ',
      'http://a:',
      '-----BEGIN PRIVATE KEY-----',
      'sk-',
      'secret aws ',
      '=',
      ' ',
      'ghp_',
      'postgres://u:p@',
    ];
    for (const unit of units) {
      const time = await bestTimeOf(() => check(guardrail, of(unit)), 1);
      expect([unit, time < base * 60, Math.round(time / base)]).toEqual([unit, true, expect.anything()]);
    }
  });
});
