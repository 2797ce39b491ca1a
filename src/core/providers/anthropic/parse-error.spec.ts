/** How long Anthropic asks to be left alone, and what of its errors a client may read. */
import type { InboundHeaders } from '../../spec/outbound.js';
import { parseError } from './parse-error.js';

const rateLimit = Buffer.from('{"type":"error","error":{"type":"rate_limit_error","message":"Slow down."}}');
const date = 'Mon, 03 Mar 2025 12:00:00 GMT';
const waitOf = (headers: InboundHeaders, status = 429) => parseError({ status, headers, body: rateLimit }).retryAfterMs;

describe('the wait after a rate limit', () => {
  it('is what retry-after says, in seconds or as a date', () => {
    expect(waitOf({ 'retry-after': '12', 'anthropic-ratelimit-requests-reset': '2025-03-03T12:01:00Z', date })).toBe(
      12_000,
    );
    expect(waitOf({ 'retry-after': 'Mon, 03 Mar 2025 12:00:30 GMT', date })).toBe(30_000);
  });

  const resets = {
    date,
    'anthropic-ratelimit-requests-reset': '2025-03-03T12:00:05Z',
    'anthropic-ratelimit-input-tokens-reset': '2025-03-03T12:00:40Z',
    'anthropic-ratelimit-output-tokens-reset': '2025-03-03T12:00:20Z',
  };

  it('is else the reset of the limits that are used up', () => {
    const usedUp = {
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-input-tokens-remaining': '0',
      'anthropic-ratelimit-output-tokens-remaining': '0',
    };
    expect(waitOf({ ...resets, ...usedUp })).toBe(40_000);
  });

  it('is else the first reset', () => {
    expect(waitOf(resets)).toBe(5_000);
  });

  it('is not read from errors that are no rate limit', () => {
    expect(waitOf(resets, 500)).toBeUndefined();
  });

  it('is unknown where nothing readable says so', () => {
    expect(waitOf({})).toBeUndefined();
    expect(waitOf({ date, 'anthropic-ratelimit-requests-reset': 'soon' })).toBeUndefined();
  });
});

describe('what a client may read', () => {
  it.each([
    [
      'a page of a proxy',
      '<html><body>502 Bad Gateway at http://10.0.0.7:8080</body></html>',
      502,
      'upstream_internal',
    ],
    ['nothing', '', 500, 'upstream_internal'],
    ['JSON of another kind', '[]', 404, 'upstream_not_found'],
    ['null', 'null', 400, 'upstream_bad_request'],
  ])('of %s is the status in plain words', (_what, body, status, code) => {
    const error = parseError({ status, headers: {}, body: Buffer.from(body) });
    expect(error).toMatchObject({ code, status });
    expect(error.message).toMatch(/^The provider /);
    expect(error.message).not.toMatch(/10\.0\.0\.7|html/);
  });

  it('holds no key and no internal address', () => {
    const message = 'invalid x-api-key sk-ant-api03-AbCdEf123456 at http://10.0.0.7:8080/v1';
    const body = Buffer.from(JSON.stringify({ type: 'error', error: { type: 'authentication_error', message } }));
    const error = parseError({ status: 401, headers: {}, body });
    expect(error.message).toContain('invalid x-api-key');
    expect(error.message).not.toMatch(/AbCdEf123456|10\.0\.0\.7/);
  });
});
