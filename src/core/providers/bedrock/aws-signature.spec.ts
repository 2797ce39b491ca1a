/** Signatures, computed a second time by the steps that AWS documents. */
import { createHash, createHmac } from 'node:crypto';
import { signRequest } from './aws-signature.js';

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret/key', sessionToken: 'session' };
const request = {
  method: 'POST' as const,
  origin: 'https://bedrock-runtime.eu-west-1.amazonaws.com',
  path: '/model/arn%3Aaws%3Abedrock/converse',
  headers: { 'content-type': 'application/json', 'x-own': 'a  b' },
  body: '{"text":"é"}',
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function expectedSignature(payload: string): string {
  const canonical = [
    'POST',
    '/model/arn%253Aaws%253Abedrock/converse',
    '',
    'content-type:application/json',
    'host:bedrock-runtime.eu-west-1.amazonaws.com',
    `x-amz-content-sha256:${sha256(payload)}`,
    'x-amz-date:20260102T030405Z',
    'x-amz-security-token:session',
    'x-own:a b',
    '',
    'content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-own',
    sha256(payload),
  ].join('\n');
  const scope = '20260102/eu-west-1/bedrock/aws4_request';
  const toSign = ['AWS4-HMAC-SHA256', '20260102T030405Z', scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>((secret, part) => hmac(secret, part), 'AWS4secret/key');
  return hmac(key, toSign).toString('hex');
}

describe('signRequest', () => {
  it.each([request.body, Buffer.from(request.body)])('signs text and bytes as AWS checks them', async (body) => {
    const scope = { region: 'eu-west-1', service: 'bedrock', nowMs };
    const { headers, ...signed } = await signRequest({ ...request, body }, keys, scope);
    expect(headers).toEqual({
      ...request.headers,
      'x-amz-content-sha256': sha256(request.body),
      'x-amz-date': '20260102T030405Z',
      'x-amz-security-token': 'session',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-west-1/bedrock/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-own, Signature=${expectedSignature(request.body)}`,
    });
    expect(signed).toEqual({ method: 'POST', origin: request.origin, path: request.path, body });
  });
});
