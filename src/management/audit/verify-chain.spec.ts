/** The attack: somebody who writes to the database changes what the audit log says. Each way to do so is named with the first entry that it touched. */
import type { AuditEntry } from '../../database/database-client.js';
import { chainStart, entryHash } from './entry-hash.js';
import { verifyChain, type AuditHeadState, type ChainSource } from './verify-chain.js';

function chainOf(count: number): AuditEntry[] {
  const entries: AuditEntry[] = [];
  let previous = chainStart;
  for (let sequence = 1n; sequence <= BigInt(count); sequence += 1n) {
    const entry = {
      sequence,
      at: new Date(1_800_000_000_000 + Number(sequence)),
      actor: 'ada',
      actorRole: 'proxy_admin',
      actorKey: '',
      address: '127.0.0.1',
      action: 'key.generate',
      objectKind: 'key',
      objectId: `k${sequence}`,
      before: null,
      after: `{"n":${sequence}}`,
      previous,
    };
    previous = entryHash(entry);
    entries.push({ ...entry, hash: previous });
  }
  return entries;
}

/** A log as the database would answer, after somebody was at it. */
function logOf(entries: readonly AuditEntry[], head?: AuditHeadState | null): ChainSource {
  const sorted = entries.toSorted((one, other) => Number(one.sequence - other.sequence));
  const last = sorted.at(-1);
  const end = head === undefined ? (last ? { sequence: last.sequence, hash: last.hash } : null) : head;
  return {
    head: async () => end,
    readAfter: async (sequence, limit) => sorted.filter((entry) => entry.sequence > sequence).slice(0, limit),
  };
}

const entries = chainOf(10);
const headOf = (list: readonly AuditEntry[]): AuditHeadState => {
  const { sequence, hash } = list.at(-1)!;
  return { sequence, hash };
};
const at = (sequence: number): AuditEntry => entries[sequence - 1]!;
const rehashed = (entry: AuditEntry): AuditEntry => ({ ...entry, hash: entryHash(entry) });
const renumbered = (list: readonly AuditEntry[]): AuditEntry[] =>
  list.map((entry, index) => ({ ...entry, sequence: BigInt(index + 1) }));

it.each([1, 3, 500])('a log that nobody touched holds, in pages of %d', async (pageSize) => {
  expect(await verifyChain(logOf(entries), { pageSize })).toEqual({ holds: true, entries: 10n, head: headOf(entries) });
  expect(await verifyChain(logOf([], null), { pageSize })).toMatchObject({ holds: true, entries: 0n });
  expect(await verifyChain(logOf(entries), { pageSize, from: 7n })).toMatchObject({ holds: true, entries: 4n });
});

describe.each([1, 2, 500])('in pages of %d', (pageSize) => {
  it.each<[string, readonly AuditEntry[], AuditHeadState | null | undefined, string, bigint]>([
    ['a changed value', entries.with(4, { ...at(5), after: '{"n":99}' }), undefined, 'altered', 5n],
    ['a changed actor', entries.with(0, { ...at(1), actor: 'eve' }), undefined, 'altered', 1n],
    ['a changed time', entries.with(9, { ...at(10), at: new Date(0) }), undefined, 'altered', 10n],
    [
      'a changed value with a new hash',
      entries.with(4, rehashed({ ...at(5), actor: 'eve' })),
      undefined,
      'altered',
      5n,
    ],
    [
      'a changed last entry with a new hash',
      entries.with(9, rehashed({ ...at(10), actor: 'eve' })),
      headOf(entries),
      'head',
      10n,
    ],
    ['an entry taken out', entries.toSpliced(4, 1), undefined, 'removed', 5n],
    ['the first entry taken out', entries.slice(1), undefined, 'removed', 1n],
    ['an entry taken out and the rest renumbered', renumbered(entries.toSpliced(4, 1)), undefined, 'removed', 5n],
    ['the end cut off', entries.slice(0, 8), headOf(entries), 'removed', 9n],
    ['everything gone', [], headOf(entries), 'removed', 1n],
    [
      'two entries swapped',
      renumbered([...entries.slice(0, 4), at(6), at(5), ...entries.slice(6)]),
      undefined,
      'reordered',
      5n,
    ],
    [
      'an entry put in and the rest renumbered',
      renumbered(entries.toSpliced(4, 0, { ...at(5), actor: 'eve' })),
      undefined,
      'inserted',
      5n,
    ],
    [
      'an entry put in with a hash of its own',
      renumbered(entries.toSpliced(4, 0, rehashed({ ...at(5), actor: 'eve' }))),
      undefined,
      'inserted',
      5n,
    ],
    [
      'an entry put behind the end',
      [...entries, rehashed({ ...at(10), sequence: 11n, previous: at(10).hash })],
      headOf(entries),
      'inserted',
      11n,
    ],
    ['a head that is gone', entries, null, 'inserted', 1n],
    ['a changed head', entries, { sequence: 10n, hash: chainStart }, 'head', 10n],
  ])('%s', async (_, tampered, head, fault, sequence) => {
    const report = await verifyChain(logOf(tampered, head), { pageSize });
    expect(report).toMatchObject({ holds: false, fault });
    expect(report.holds ? null : report.sequence).toBe(sequence);
  });
});

it('a log that was made anew as a whole is told from the one whose end was noted', async () => {
  const noted = headOf(entries);
  const forged = chainOf(12).map((entry) => ({ ...entry, actor: 'eve' }));
  let previous = chainStart;
  const rebuilt = forged.map((entry) => {
    const next = rehashed({ ...entry, previous });
    previous = next.hash;
    return next;
  });
  expect(await verifyChain(logOf(rebuilt))).toMatchObject({ holds: true });
  expect(await verifyChain(logOf(rebuilt), { expected: noted })).toMatchObject({ fault: 'altered', sequence: 10n });
  expect(await verifyChain(logOf(entries.slice(0, 8)), { expected: noted })).toMatchObject({
    fault: 'removed',
    sequence: 9n,
  });
  expect(await verifyChain(logOf(chainOf(12)), { expected: noted })).toMatchObject({ holds: true });
});

it('a start behind an entry that is gone is a fault of its own', async () => {
  expect(await verifyChain(logOf(entries.toSpliced(4, 1)), { from: 6n })).toMatchObject({
    fault: 'removed',
    sequence: 5n,
  });
});

it('what is written meanwhile is no fault', async () => {
  const source = logOf(entries);
  let shown = 4;
  const growing: ChainSource = {
    head: async () => headOf(entries.slice(0, ++shown > 10 ? 10 : shown)),
    readAfter: async (sequence, limit) =>
      (await source.readAfter(sequence, limit)).filter((entry) => entry.sequence <= BigInt(Math.min(shown, 10))),
  };
  expect(await verifyChain(growing, { pageSize: 2 })).toMatchObject({ holds: true, entries: 10n });
});
