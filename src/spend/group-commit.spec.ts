import { GatewayError } from '../core/errors/gateway-error.js';
import { GroupCommit } from './group-commit.js';
import type { JournalEntry } from './journal.js';
import { sampleIntent, sampleOutcome } from './testing/samples.js';

/** Keeps what was written, group by group, and refuses the intents it is told to. */
class FakeJournal {
  readonly groups: string[][] = [];
  refused: string | undefined;

  appendGroup(entries: readonly JournalEntry[]): void {
    this.groups.push(entries.map((entry) => (entry.kind === 'intent' ? entry.intent.requestId : entry.requestId)));
    for (const entry of entries) {
      if (entry.kind === 'intent' && entry.intent.requestId === this.refused) {
        entry.error = new GatewayError('journal_unavailable');
      }
    }
  }
}

describe('a group commit', () => {
  it('writes what one turn of the event loop brings together, in order, before anybody goes on', async () => {
    const journal = new FakeJournal();
    const commit = new GroupCommit(journal);
    const written = Promise.all([
      commit.intent(sampleIntent('a')),
      commit.settlement('b', sampleOutcome()),
      commit.intent(sampleIntent('c')),
    ]);
    await Promise.resolve();
    expect(journal.groups).toEqual([]);
    await written;
    expect(journal.groups).toEqual([['a', 'b', 'c']]);
    await commit.intent(sampleIntent('d'));
    expect(journal.groups).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('refuses one intent without the others of its group', async () => {
    const journal = new FakeJournal();
    journal.refused = 'b';
    const commit = new GroupCommit(journal);
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((id) => commit.intent(sampleIntent(id))));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('writes at once what is waiting where the journal is about to close', async () => {
    const journal = new FakeJournal();
    const commit = new GroupCommit(journal);
    const settled = commit.settlement('a', sampleOutcome());
    commit.flush();
    expect(journal.groups).toEqual([['a']]);
    await settled;
    commit.flush();
    expect(journal.groups).toHaveLength(1);
  });
});
