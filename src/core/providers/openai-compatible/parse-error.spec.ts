import type { InboundHeaders } from '../../spec/outbound.js';
import { findReportedError, parseOpenAiError } from './parse-error.js';

function parse(status: number, body: unknown, headers: InboundHeaders = {}): ReturnType<typeof parseOpenAiError> {
  return parseOpenAiError(
    { status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) },
    'acme',
  );
}

describe('parseOpenAiError', () => {
  it.each([
    ['FastAPI text', { detail: 'Not enough credits' }, 'Not enough credits'],
    [
      'FastAPI list',
      { detail: [{ loc: ['body', 'messages'], msg: 'field required' }] },
      'body.messages: field required',
    ],
    ['bare message', { message: 'No such thing' }, 'No such thing'],
    ['error text', { error: 'Something broke' }, 'Something broke'],
    [
      'list of one (Google)',
      [{ error: { code: 400, message: 'Bad argument', status: 'INVALID_ARGUMENT' } }],
      'Bad argument',
    ],
    ['errors list', { errors: [{ code: 7003, message: 'No route' }] }, 'No route'],
    ['older vLLM', { object: 'error', message: 'Too hot', type: 'BadRequestError', code: 400 }, 'Too hot'],
    ['nested message', { error: { message: { detail: 'Deep down' } } }, 'Deep down'],
    ['JSON text', '"Just words"', 'Just words'],
  ])('finds the message of the %s envelope', (_name, body, message) => {
    expect(parse(400, body)).toMatchObject({ code: 'upstream_bad_request', status: 400, message, provider: 'acme' });
  });

  it.each([
    [400, 'The prompt is too long: 9000, model maximum context length: 8192', 'context_window_exceeded'],
    [400, 'Input length 9000 exceeds the maximum of 8192 tokens', 'context_window_exceeded'],
    [413, 'Requested too many tokens for the context window', 'context_window_exceeded'],
    [
      400,
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy",
      'content_policy_violation',
    ],
    [500, 'context window cache crashed', 'upstream_internal'],
    [401, 'x', 'upstream_authentication'],
    [402, 'Insufficient Balance', 'upstream_permission'],
    [409, 'x', 'upstream_bad_request'],
    [429, 'x', 'upstream_rate_limited'],
    [504, 'x', 'upstream_timeout'],
    [529, 'x', 'upstream_overloaded'],
    [599, 'x', 'upstream_internal'],
  ])('maps %i %j to %s and keeps the status', (status, message, code) => {
    expect(parse(status, { error: { message } })).toMatchObject({ code, status, message });
  });

  it('takes a redirect, which is never followed, for an answer that cannot be understood', () => {
    expect(parse(302, '')).toMatchObject({ code: 'upstream_invalid_response', status: 502 });
  });

  it.each(['', '<html>nginx at 10.0.0.1</html>', '{"error":', 'null', '[]', '{"error":{}}', '\u0000\u0001'])(
    'never throws and never repeats a body that says nothing readable: %j',
    (body) => {
      const error = parse(500, body);
      expect(error).toMatchObject({
        code: 'upstream_internal',
        status: 500,
        message: 'The provider failed to handle the request.',
      });
      expect(error.detail ?? '').not.toContain('10.0.0.1');
    },
  );

  it('reads an error that was answered with the status 200', () => {
    expect(parse(200, { error: { message: 'slow down', code: 429 } })).toMatchObject({
      code: 'upstream_rate_limited',
      status: 429,
    });
  });
});

describe('findReportedError', () => {
  it('finds nothing in an answer whose error is null', () => {
    expect(findReportedError({ error: null, choices: [] }, 'acme', 'upstream_internal')).toBeUndefined();
  });

  it('uses the status that the error names, and the fallback where it names none', () => {
    expect(
      findReportedError({ error: { code: 'rate_limit_exceeded', message: 'x' } }, 'acme', 'upstream_stream_error'),
    ).toMatchObject({
      code: 'upstream_rate_limited',
      status: 429,
    });
    expect(findReportedError({ error: 'boom' }, 'acme', 'upstream_stream_error')).toMatchObject({
      code: 'upstream_stream_error',
      status: 502,
      message: 'boom',
    });
  });
});
