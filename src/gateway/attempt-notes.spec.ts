import type { AttemptNotes } from '../core/router/deployment-state.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { describeAttempt } from './attempt-notes.js';
import type { StartedCall } from './operation.js';
import type { RequestSettings } from './request-settings.js';

const plain = { timeoutMs: undefined, streamTimeoutMs: undefined } as RequestSettings;

function notesOf(started: Partial<StartedCall>, own = true, settings = plain, error?: GatewayError): AttemptNotes {
  const notes: AttemptNotes = {};
  describeAttempt(notes, { call: {}, ...started } as StartedCall, own, settings, error);
  return notes;
}

const timeout = new GatewayError('upstream_timeout');

describe('what the router learns of an attempt', () => {
  it('is how soon it answered, and how much was used', () => {
    const call = { sentAt: 3, firstPartAt: 10, usage: { promptTokens: 1, completionTokens: 2 } };
    expect(notesOf({ call: call as StartedCall['call'] })).toEqual({
      latencyMs: 7,
      tokens: 3,
      unrepresentative: false,
    });
  });

  it.each<[string, AttemptNotes, boolean]>([
    ['a call that succeeds without its provider', notesOf({ unrepresentative: true }), true],
    ['a call to an address of the client’s own', notesOf({}, false), true],
    ['a time-out that the client has set', notesOf({}, true, { ...plain, timeoutMs: 5 }, timeout), true],
    ['a time-out of the configuration', notesOf({}, true, plain, timeout), false],
    ['another failure within the client’s time', notesOf({}, true, { ...plain, timeoutMs: 5 }, new GatewayError('upstream_overloaded')), false], // prettier-ignore
  ])('of %s', (_what, notes, unrepresentative) => {
    expect(notes.unrepresentative).toBe(unrepresentative);
  });
});
