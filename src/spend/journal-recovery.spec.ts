import { appendFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Journal } from './journal.js';
import { JournalAdopter, removeJournal } from './journal-adopter.js';
import { JournalCarrier } from './journal-carrier.js';
import { journalFolder, listSegments, segmentPath, socketPath } from './journal-folder.js';
import { OwnershipSocket } from './journal-ownership.js';
import { MemoryLedgerStore, type CommitFault } from './testing/memory-ledger-store.js';
import { noReport, orphanJournal, sampleIntent, sampleOutcome, temporaryJournalDir } from './testing/samples.js';

/** What the ledger must say of one begun request in the end. */
interface Expected {
  spendNanos: bigint;
  recovered: boolean;
}

/** One gateway process as its files and its socket show it. */
class Process {
  readonly open: string[] = [];

  private constructor(
    readonly id: string,
    readonly journal: Journal,
    readonly socket: OwnershipSocket,
    readonly carrier: JournalCarrier,
    readonly adopter: (drain: (carrier: JournalCarrier) => Promise<boolean>) => JournalAdopter,
  ) {}

  static async start(journalDir: string, id: string, store: MemoryLedgerStore, refused: string[]): Promise<Process> {
    const socket = new OwnershipSocket(socketPath(journalDir, id));
    await socket.listen();
    const journal = orphanJournal(journalDir, { journalId: id, segmentBytes: 1_500 });
    const setAside = ({ requestId }: { requestId: string }): number => refused.push(requestId);
    const options = { store, report: noReport, setAside };
    const carrier = await JournalCarrier.open({ ...options, journalId: id, folder: journal.folder });
    return new Process(
      id,
      journal,
      socket,
      carrier,
      (drain) => new JournalAdopter({ ...options, journalDir, ownId: id, drain }),
    );
  }

  /** What a SIGKILL leaves: files as they are, perhaps a half-written line, and nobody listening. */
  async kill(tornText: string): Promise<void> {
    await this.carrier.close();
    this.journal.close();
    const last = listSegments(this.journal.folder).at(-1) ?? 1;
    if (tornText !== '') appendFileSync(segmentPath(this.journal.folder, last), tornText);
    if (tornText !== '') writeFileSync(`${segmentPath(this.journal.folder, last + 1)}.new`, tornText);
    this.socket.close();
  }
}

async function carryAll(carrier: JournalCarrier): Promise<boolean> {
  while ((await carrier.carry(5)) > 0);
  return true;
}

const process = fc.nat(1);
const fault = fc.constantFrom<CommitFault>(undefined, undefined, 'before', 'after');
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('begin' as const), process, nanos: fc.bigInt(1n, 10n ** 6n) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('checkpoint' as const),
      process,
      pick: fc.nat(9),
      nanos: fc.bigInt(1n, 10n ** 6n),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      process,
      pick: fc.nat(9),
      nanos: fc.bigInt(0n, 10n ** 6n),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('carry' as const), process, limit: fc.integer({ min: 1, max: 6 }), fault }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('kill' as const), process, torn: fc.constantFrom('', '1x', 'abc S["') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('adopt' as const), process, carries: fc.nat(3), fault }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class World {
  readonly journalDir = temporaryJournalDir();
  readonly store = new MemoryLedgerStore();
  readonly expected = new Map<string, Expected>();
  readonly refused: string[] = [];
  readonly processes: Process[] = [];
  #started = 0;
  #begun = 0;

  async start(slot: number): Promise<void> {
    this.processes[slot] = await Process.start(this.journalDir, `p${this.#started++}`, this.store, this.refused);
  }

  async take(given: Step): Promise<void> {
    const process = this.#process(given.process);
    switch (given.do) {
      case 'begin': {
        const requestId = `r${this.#begun++}`;
        process.journal.appendIntent(sampleIntent(requestId, { reservationNanos: given.nanos }));
        process.open.push(requestId);
        this.expected.set(requestId, { spendNanos: given.nanos, recovered: true });
        return;
      }
      case 'checkpoint': {
        const requestId = process.open[given.pick % Math.max(process.open.length, 1)];
        if (requestId === undefined) return;
        process.journal.appendCheckpoint(requestId, {
          usage: { promptTokens: 1, completionTokens: 1 },
          costNanos: given.nanos,
        });
        this.expected.set(requestId, { spendNanos: given.nanos, recovered: true });
        return;
      }
      case 'settle': {
        const [requestId] = process.open.splice(given.pick % Math.max(process.open.length, 1), 1);
        if (requestId === undefined) return;
        process.journal.appendSettlement(requestId, sampleOutcome(given.nanos));
        this.expected.set(requestId, { spendNanos: given.nanos, recovered: false });
        return;
      }
      case 'carry':
        this.store.nextFault = () => given.fault;
        await process.carrier.carry(given.limit).catch(ignoreFault);
        return;
      case 'kill':
        await process.kill(given.torn);
        return this.start(given.process);
      case 'adopt':
        return this.#adopt(process, given.carries, given.fault);
    }
  }

  /** The adopter stops for good after a few batches, as one that is killed does; the next one must go on. */
  async #adopt(process: Process, carries: number, fault: CommitFault): Promise<void> {
    let left = carries;
    this.store.nextFault = () => (left === 0 ? fault : undefined);
    const drain = async (carrier: JournalCarrier): Promise<boolean> => {
      for (;;) {
        if (left === 0) throw new Error('killed while adopting');
        left -= 1;
        if ((await carrier.carry(2)) === 0) return true;
      }
    };
    await process.adopter(drain).adoptOrphans().catch(ignoreFault);
  }

  async finish(): Promise<void> {
    this.store.nextFault = () => undefined;
    await Promise.all(this.processes.map((process) => process.kill('')));
    await this.start(0);
    const survivor = this.#process(0);
    await survivor.adopter(carryAll).adoptOrphans();
    await survivor.kill('');
  }

  #process(slot: number): Process {
    const process = this.processes[slot];
    if (!process) throw new Error(`No process ${slot}`);
    return process;
  }
}

function ignoreFault(error: unknown): void {
  if (error instanceof AggregateError) error.errors.forEach(ignoreFault);
  else if (!(error instanceof Error) || !/killed while adopting|database is away|connection broke/.test(error.message))
    throw error;
}

test('whatever is begun, settled, carried, killed and adopted in whatever order: each begun request has exactly one row with its money', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 150 }), async (steps) => {
      const world = new World();
      await world.start(0);
      await world.start(1);
      for (const given of steps) await world.take(given);
      await world.finish();
      const rows = [...world.store.rows.values()].map(({ requestId, spendNanos, detail }) => [
        requestId,
        { spendNanos, recovered: detail.recovered === true },
      ]);
      expect([...world.store.rows.values()].filter(({ userId }) => userId !== 'user-1')).toEqual([]);
      expect(new Map(rows as [string, Expected][])).toEqual(world.expected);
      expect(world.refused).toEqual([]);
      expect(readdirSync(world.journalDir).filter((name) => name.includes('adopted'))).toEqual([]);
      rmSync(world.journalDir, { recursive: true });
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('the journal of a living process is not adopted, and that of a dead one by exactly one of many', async () => {
  const world = new World();
  await world.start(0);
  await world.start(1);
  const [dead, living] = world.processes as [Process, Process];
  dead.journal.appendIntent(sampleIntent('a', { reservationNanos: 3n }));
  living.journal.appendIntent(sampleIntent('b'));
  await dead.kill('');
  const adopters = await Promise.all(
    ['x', 'y', 'z'].map((id) => Process.start(world.journalDir, id, world.store, world.refused)),
  );
  await Promise.all(adopters.map((adopter) => adopter.adopter(carryAll).adoptOrphans()));
  expect(
    [...world.store.rows.values()].map(({ requestId, spendNanos, status }) => [requestId, spendNanos, status]),
  ).toEqual([['a', 3n, 'failure']]);
  expect(existsSync(journalFolder(world.journalDir, dead.id))).toBe(false);
  expect(existsSync(living.journal.folder)).toBe(true);
  await Promise.all([living, ...adopters].map((process) => process.kill('')));
});

test('a journal_dir too deep for a socket beside the journal still tells the living from the dead', async () => {
  const journalDir = join(temporaryJournalDir(), 'deep'.repeat(30));
  const store = new MemoryLedgerStore();
  const one = await Process.start(journalDir, 'one', store, []);
  const two = await Process.start(journalDir, 'two', store, []);
  one.journal.appendIntent(sampleIntent('a'));
  await two.adopter(carryAll).adoptOrphans();
  expect(store.rows.size).toBe(0);
  await one.kill('');
  await two.adopter(carryAll).adoptOrphans();
  expect([...store.rows.keys()]).toEqual(['a']);
  await two.kill('');
});

it('an adopter that dies as soon as the files are gone has given back the leases before', async () => {
  const journalDir = temporaryJournalDir();
  const { folder } = orphanJournal(journalDir, { journalId: 'dead' });
  const store = new MemoryLedgerStore();
  const filesAtRelease: boolean[] = [];
  store.releaseLeases = (id) => {
    store.released.push(id);
    filesAtRelease.push(existsSync(folder));
    return Promise.resolve();
  };
  store.forget = () => {
    throw new Error('killed');
  };
  await expect(removeJournal('dead', folder, store)).rejects.toThrow('killed');
  expect([store.released, filesAtRelease, existsSync(folder)]).toEqual([['dead'], [true], false]);
});
