import { checkBy, contentOf, FakeService } from '../testing/adapter-bench.js';
import { bedrockGuardrail } from './bedrock.js';

const keys = { aws_access_key_id: 'AKIDEXAMPLE', aws_secret_access_key: 'wJalrXUtnFEMI' };
const settings = { guardrailIdentifier: 'ff6ujrregl1q', guardrailVersion: 1, aws_region_name: 'us-east-1', ...keys };
const none = { json: { action: 'NONE', outputs: [], assessments: [{}], usage: {} } };
const blocked = {
  json: {
    action: 'GUARDRAIL_INTERVENED',
    outputs: [{ text: 'We do not talk about coffee.' }],
    assessments: [{ topicPolicy: { topics: [{ action: 'BLOCKED', name: 'Coffee', type: 'DENY' }] } }],
  },
};
const email = { action: 'ANONYMIZED', match: 'a@b.de', type: 'EMAIL' };
/** Masks as the service does: one output for each block. */
const masking = () =>
  new FakeService((body) => {
    const { content } = body as { content: { text: { text: string } }[] };
    const texts = content.map(({ text }) => text.text);
    if (!texts.some((text) => text.includes('a@b.de'))) return none;
    const outputs = texts.map((text) => ({ text: text.replace('a@b.de', '{EMAIL}') }));
    return {
      json: {
        action: 'GUARDRAIL_INTERVENED',
        outputs,
        assessments: [{ sensitiveInformationPolicy: { piiEntities: [email], regexes: [] } }],
      },
    };
  });
const check = (service: FakeService, texts: string[], over: object = {}, direction: 'request' | 'answer' = 'request') =>
  checkBy(bedrockGuardrail, { ...settings, ...over }, service, contentOf(texts, { direction }));

describe('ApplyGuardrail', () => {
  it('is asked as AWS documents it, and signed', async () => {
    const service = new FakeService([none]);
    expect(await check(service, ['one', ' ', 'two'])).toEqual({ action: 'pass' });
    expect(service.requests[0]?.url).toBe(
      'https://bedrock-runtime.us-east-1.amazonaws.com/guardrail/ff6ujrregl1q/version/1/apply',
    );
    expect(service.bodies).toEqual([
      { source: 'INPUT', content: [{ text: { text: 'one' } }, { text: { text: 'two' } }] },
    ]);
    expect(service.requests[0]?.headers?.['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20260101\/us-east-1\/bedrock\/aws4_request, SignedHeaders=[\w;-]*host[\w;-]*, Signature=[0-9a-f]{64}$/,
    );
    expect(JSON.stringify(service.requests)).not.toContain('wJalrXUtnFEMI');
  });

  it('is asked with the ARN of a guardrail in one part of the path, and about answers as such', async () => {
    const service = new FakeService([none]);
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:guardrail/abc';
    await check(service, ['x'], { guardrailIdentifier: arn, guardrailVersion: 'DRAFT' }, 'answer');
    expect(new URL(service.requests[0]?.url ?? '').pathname).toBe(
      `/guardrail/${encodeURIComponent(arn)}/version/DRAFT/apply`,
    );
    expect(service.bodies[0]).toMatchObject({ source: 'OUTPUT' });
  });

  it('takes a Bedrock key in place of a signature', async () => {
    const service = new FakeService([none]);
    await check(service, ['x'], {
      aws_access_key_id: undefined,
      aws_secret_access_key: undefined,
      api_key: 'bedrock-key',
    });
    expect(service.requests[0]?.headers?.['authorization']).toBe('Bearer bedrock-key');
  });

  it('blocks in the words that the guardrail is set up with', async () => {
    expect(await check(new FakeService([blocked]), ['coffee?'])).toEqual({
      action: 'block',
      reason: 'We do not talk about coffee.',
      findings: [{ kind: 'topic:Coffee', count: 1 }],
    });
  });

  it('masks what it anonymizes, each text alone', async () => {
    expect(await check(masking(), ['to a@b.de', 'none', 'a@b.de'])).toMatchObject({
      action: 'mask',
      texts: ['to {EMAIL}', 'none', '{EMAIL}'],
      findings: [{ kind: 'pii:EMAIL', count: 1 }],
    });
  });

  it('blocks what it anonymizes where it may not mask, or where the text had to be cut', async () => {
    expect((await check(masking(), ['a@b.de'], { mask_request_content: false })).action).toBe('block');
    expect((await check(masking(), [`${'word '.repeat(6_000)}a@b.de`])).action).toBe('block');
  });

  it.each([
    [{ aws_secret_access_key: undefined }, 'aws_secret_access_key'],
    [{ aws_region_name: 'evil.test/' }, 'aws_region_name'],
  ])('refuses %j with its path', async (over, path) => {
    await expect(check(new FakeService([none]), ['x'], over)).rejects.toMatchObject({ path });
  });
});
