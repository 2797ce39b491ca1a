import { GatewayError } from '../../errors/gateway-error.js';
import { postForm, postJson, tokenRequest, type TokenService } from './token-request.js';

const url = new URL('https://tokens.example.com/oauth/token?v=1');
const service: TokenService = { provider: 'acme', name: 'Acme Tokens', whose: 'the API key', advice: 'Check it.' };
const nowMs = 1_000_000;

function read(body: unknown, status = 200): unknown {
  const step = tokenRequest(postForm(url, {}), service, ({ token, expiresAtMs }) => ({
    credentials: { accessToken: token },
    expiresAtMs,
  }));
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return step.read({ status, headers: {}, body: Buffer.from(text) }, nowMs);
}

function refusalOf(body: unknown, status: number): string {
  try {
    read(body, status);
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'upstream_authentication') return error.message;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

describe('token requests', () => {
  it('post forms without what is not set, and JSON', () => {
    expect(postForm(url, { a: 'x y', b: undefined }, { authorization: 'Basic x' })).toEqual({
      method: 'POST',
      origin: 'https://tokens.example.com',
      path: '/oauth/token?v=1',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        authorization: 'Basic x',
      },
      body: 'a=x+y',
    });
    expect(postJson(url, { a: 1 })).toMatchObject({
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
  });

  it.each([
    [{ access_token: 't', expires_in: 60 }, nowMs + 60_000],
    [{ access_token: 't', expires_in: '60' }, nowMs + 60_000],
    [{ access_token: 't' }, nowMs + 3_600_000],
    [{ access_token: 't', expires_in: 'soon' }, nowMs + 3_600_000],
    [{ accessToken: 't', expireTime: '1970-01-01T01:00:00Z' }, 3_600_000],
    [{ token: 't' }, nowMs + 3_600_000],
  ])('reads %j', (body, expiresAtMs) => {
    expect(read(body)).toEqual({ credentials: { accessToken: 't' }, expiresAtMs });
  });

  it.each([
    [{ error: 'invalid_client', error_description: 'Unknown client' }, 401, 'invalid_client: Unknown client'],
    [{ error: { status: 'DENIED', message: 'No' } }, 403, 'DENIED: No'],
    [{ errorCode: 'BXNIM0415E', errorMessage: 'Provided API key could not be found.' }, 400, 'BXNIM0415E: Provided'],
    ['<html>', 502, 'the status 502'],
    [{ expires_in: 1 }, 200, 'holds no token'],
    ['[', 200, 'not JSON'],
  ])('reports the refusal %j with what to do', (body, status, said) => {
    const message = refusalOf(body, status);
    expect(message).toContain('Acme Tokens gave no token for the API key');
    expect(message).toContain(said);
    expect(message).toContain('Check it.');
  });

  it('shows no secret that a service repeats', () => {
    expect(refusalOf({ error: 'bad key sk-abcdefghijklmnopqrstuvwxyz123456' }, 400)).not.toContain('abcdefghijkl');
  });
});
