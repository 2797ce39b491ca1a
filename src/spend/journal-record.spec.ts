import fc from 'fast-check';
import { decodeLine, encodeCheckpoint, encodeIntent, encodeSettlement, MAX_INTENT_CHARS } from './journal-record.js';
import { sampleIntent, sampleOutcome } from './testing/samples.js';

const text = fc.string({ unit: 'binary', maxLength: 20 });
const count = fc.nat(1_000_000);
const nanos = fc.bigInt({ min: 0n, max: 10n ** 15n });
const usage = fc.record(
  { promptTokens: count, completionTokens: count, cachedTokens: count },
  { requiredKeys: ['promptTokens', 'completionTokens'] },
);
const intent = fc.record(
  {
    requestId: fc.uuid({ version: 7 }),
    startedAtMs: count,
    callType: text,
    apiKeyHash: text,
    modelGroup: text,
    reservationNanos: nanos,
    keyAlias: text,
    userId: text,
    teamId: text,
    organizationId: text,
    projectId: text,
    endUser: text,
    requesterIp: text,
    sessionId: text,
    tags: fc.array(text, { maxLength: 3 }),
    metadata: fc.record({ nested: fc.record({ a: text }), n: count }),
  },
  { requiredKeys: ['requestId', 'startedAtMs', 'callType', 'apiKeyHash', 'modelGroup', 'reservationNanos'] },
);
const attempt = fc.record(
  {
    deploymentId: text,
    provider: text,
    model: text,
    apiBase: text,
    status: fc.constantFrom('success' as const, 'failure' as const),
    costNanos: nanos,
    errorCode: text,
    usage,
    leases: fc.array(fc.record({ account: text, epoch: count, nanos }), { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: ['deploymentId', 'provider', 'model', 'apiBase', 'status', 'costNanos'] },
);
const settlement = fc.record(
  {
    status: fc.constantFrom('success' as const, 'failure' as const),
    endedAtMs: count,
    stream: fc.boolean(),
    attempts: fc.array(attempt, { maxLength: 3 }),
    spendNanos: nanos,
    usage,
    completionStartedAtMs: count,
    usageEstimated: fc.constant(true),
    errorCode: fc.constant('upstream_timeout'),
    errorMessage: fc.constant('It "failed"\n.'),
    cacheHit: fc.boolean(),
    recovered: fc.constant(true),
  },
  { requiredKeys: ['status', 'endedAtMs', 'stream', 'attempts', 'spendNanos'] },
);

function withoutBreak(line: string): string {
  expect(line.indexOf('\n')).toBe(line.length - 1);
  return line.slice(0, -1);
}

test('every intent, checkpoint and settlement is read back as it was written, on one line each', () => {
  fc.assert(
    fc.property(intent, settlement, usage, nanos, (given, outcome, progress, costNanos) => {
      expect(decodeLine(withoutBreak(encodeIntent(given)))).toEqual({ kind: 'intent', intent: given });
      const { requestId } = given;
      expect(decodeLine(withoutBreak(encodeSettlement(requestId, outcome)))).toEqual({
        kind: 'settlement',
        requestId,
        settlement: outcome,
      });
      const checkpoint = { atMs: 5, usage: progress, costNanos };
      expect(decodeLine(withoutBreak(encodeCheckpoint(requestId, checkpoint)))).toEqual({
        kind: 'checkpoint',
        requestId,
        checkpoint,
      });
    }),
  );
});

test('a line cut at any place, or with any one character changed, is not taken', () => {
  const line = withoutBreak(encodeSettlement('id-1', sampleOutcome(123_456n)));
  for (let at = 0; at < line.length; at += 1) {
    expect(decodeLine(line.slice(0, at))).toBeNull();
    const other = line[at] === '7' ? '8' : '7';
    expect(decodeLine(line.slice(0, at) + other + line.slice(at + 1))).toBeNull();
  }
});

test('an intent whose metadata would fill the journal is written without it, and says so', () => {
  const line = encodeIntent(sampleIntent('id-1', { metadata: { big: 'x'.repeat(MAX_INTENT_CHARS) } }));
  expect(line.length).toBeLessThan(1_000);
  expect(decodeLine(withoutBreak(line))).toMatchObject({
    intent: { requestId: 'id-1', metadata: { metadata_dropped: expect.any(String) } },
  });
});

test('reservations of an intent come back as they were, whoever owns the account', () => {
  const key = 'a'.repeat(64);
  const leases = [
    { account: 'proxy:', epoch: 0 },
    { account: 'member:team-1/user-1/w/1d', epoch: 12 },
    { account: 'key:' + key + '/m/openai/gpt-4o@home', epoch: 3 },
    { account: 'tag:b/c', epoch: 4 },
  ];
  const given = sampleIntent('r1', { apiKeyHash: key, tags: ['b', 'b/c'], leases });
  const line = encodeIntent(given);
  expect(line.match(/a{64}/g)).toHaveLength(1);
  expect(decodeLine(line.trimEnd())).toMatchObject({ kind: 'intent', intent: { leases } });
});
