/** What the router learns of an attempt: its latency and tokens, and whether it says anything about the deployment. */
import { GatewayError } from '../core/errors/gateway-error.js';
import type { AttemptNotes } from '../core/router/deployment-state.js';
import { describeAttempt } from './attempt-notes.js';
import type { StartedCall } from './operation.js';
import type { RequestSettings } from './request-settings.js';

const noOwnTimes = { timeoutMs: undefined, streamTimeoutMs: undefined } as RequestSettings;
const timedOut = new GatewayError('upstream_timeout', { facts: { timeoutMs: 5 } });

function notesOf(call: object, ownDeployment = true, settings = noOwnTimes, error?: GatewayError): AttemptNotes {
  const notes: AttemptNotes = {};
  describeAttempt(notes, { call } as StartedCall, ownDeployment, settings, error);
  return notes;
}

it('is the time to the first part, and all tokens', () => {
  const usage = { promptTokens: 100, completionTokens: 20 };
  expect(notesOf({ sentAt: 50, firstPartAt: 250, usage })).toEqual({
    latencyMs: 200,
    tokens: 120,
    unrepresentative: false,
  });
  expect(notesOf({ sentAt: 50 })).toEqual({ unrepresentative: false });
});

it('says nothing about the deployment where its client has brought an address, a key or a made-up answer', () => {
  expect(notesOf({}, false).unrepresentative).toBe(true);
});

it('says nothing where the call succeeds without its provider', () => {
  const notes: AttemptNotes = {};
  describeAttempt(notes, { call: {}, unrepresentative: true } as StartedCall, true, noOwnTimes, undefined);
  expect(notes.unrepresentative).toBe(true);
});

it('says nothing where the client’s own deadline was too short, but all else of such a request counts', () => {
  const own = { timeoutMs: 5, streamTimeoutMs: undefined } as RequestSettings;
  expect(notesOf({}, true, own, timedOut).unrepresentative).toBe(true);
  expect(notesOf({}, true, noOwnTimes, timedOut).unrepresentative).toBe(false);
  expect(notesOf({}, true, own, new GatewayError('upstream_internal')).unrepresentative).toBe(false);
  expect(notesOf({}, true, own).unrepresentative).toBe(false);
});
