/** The one error: its row's values where nothing else is given, and texts that are filled once. */
import { errorCatalog } from './catalog.js';
import { GatewayError } from './gateway-error.js';

it('has its row’s status, type and flags', () => {
  const error = new GatewayError('upstream_rate_limited');
  const { status, type, text } = errorCatalog.upstream_rate_limited;
  expect(error).toMatchObject({ status, type, message: text, retryable: true, cools: true, name: 'GatewayError' });
  expect(error).toBeInstanceOf(Error);
});

it('keeps what an upstream said of itself, and is retried as its code is, not as its status', () => {
  const error = new GatewayError('upstream_bad_request', {
    status: 429,
    type: 'odd',
    message: 'No.',
    provider: 'acme',
  });
  expect(error).toMatchObject({ status: 429, type: 'odd', message: 'No.', provider: 'acme', retryable: false });
});

it('fills the places of its text once: facts cannot smuggle in others', () => {
  const facts = { model: '{route} $& $1', route: 'POST /x' };
  const { message } = new GatewayError('unknown_model', { facts });
  expect(message).toBe(
    'POST /x: Invalid model name passed in model={route} $& $1. Call `/v1/models` to view available models for your key.',
  );
});

it('leaves a place without a fact as it stands', () => {
  expect(new GatewayError('no_deployment').message).toContain('{model}');
});

it('keeps detail and cause out of what is written to clients', () => {
  const error = new GatewayError('internal', { detail: 'secret detail', cause: new Error('secret cause') });
  expect(error.message).not.toContain('secret');
  expect(error.cause).toBeInstanceOf(Error);
  expect('cause' in new GatewayError('internal')).toBe(false);
});
