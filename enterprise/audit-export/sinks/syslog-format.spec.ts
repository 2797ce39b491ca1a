import type { ExportRecord } from '../export-batch.js';
import { syslogFrame, syslogMessage } from './syslog-format.js';

const identity = { hostname: 'gate way.example', enterpriseNumber: 32473 };
const entry: ExportRecord = {
  type: 'audit_entry',
  sequence: 7,
  at: '2030-01-01T00:00:00.000Z',
  actor: 'a"b]c\\d\nü',
  actor_role: 'proxy_admin',
  actor_key: '',
  address: '::1',
  action: 'key.generate',
  object_kind: 'key',
  object_id: 'k',
  before: null,
  after: '{"a":1}',
  previous: 'p',
  hash: 'h',
};

it('an entry is an RFC 5424 message whose structured data is escaped', () => {
  expect(syslogMessage(entry, identity)).toBe(
    '<109>1 2030-01-01T00:00:00.000Z gateway.example tollgate - audit [tollgate@32473 sequence="7" actor="a\\"b\\]c\\\\d\nü" ' +
      'role="proxy_admin" address="::1" action="key.generate" kind="key" object="k" hash="h"] \uFEFF' +
      JSON.stringify(entry),
  );
});

it('a frame counts bytes, not characters', () => {
  const frame = syslogFrame(entry, identity);
  const [count] = frame.split(' ', 1);
  expect(Number(count)).toBe(Buffer.byteLength(frame) - `${count} `.length);
});

it('a host without a name that can be written is a dash', () => {
  expect(syslogMessage(entry, { ...identity, hostname: 'ü ' })).toContain('Z - tollgate');
});
