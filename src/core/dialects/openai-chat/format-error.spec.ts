/** Errors as OpenAI's clients read them: one envelope, and nothing inner in it. */
import { GatewayError } from '../../errors/gateway-error.js';
import { openAiErrorBody, openAiErrorEvent } from './format-error.js';

it('writes message, type, param and the status as a string, and nothing else', () => {
  const error = new GatewayError('unsupported_parameter', {
    param: 'logit_bias',
    facts: { provider: 'acme', param: 'logit_bias', model: 'm' },
    detail: 'secret detail',
    cause: new Error('secret cause'),
    provider: 'acme',
    retryAfterMs: 5,
  });
  expect(JSON.parse(openAiErrorBody(error))).toEqual({
    error: { message: error.message, type: 'invalid_request_error', param: 'logit_bias', code: '400' },
  });
});

it('writes param as null where no parameter is at fault, and an upstream’s own status', () => {
  const { error } = JSON.parse(openAiErrorBody(new GatewayError('upstream_internal', { status: 529 }))) as {
    error: unknown;
  };
  expect(error).toMatchObject({ param: null, code: '529' });
});

it('is one event within a stream, without an end marker, whatever the provider said', () => {
  const error = new GatewayError('upstream_stream_error', { message: 'a\n\ndata: [DONE]\n\n' });
  const event = openAiErrorEvent(error);
  expect(event.split('\n\n')).toHaveLength(2);
  expect(event.split('\n')).toHaveLength(3);
  expect(JSON.parse(event.slice('data: '.length))).toMatchObject({ error: { message: error.message } });
});
