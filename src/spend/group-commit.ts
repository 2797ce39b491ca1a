/** Writes what one turn of the event loop has to say to the journal in one go: a system call a turn, not two a request. */
import type { IntentEntry, Journal, JournalEntry } from './journal.js';
import type { SpendIntent, SpendOutcome } from './spend-intent.js';

interface Group {
  readonly entries: JournalEntry[];
  readonly written: Promise<void>;
  readonly resolve: () => void;
}

export class GroupCommit {
  #group: Group | undefined;

  constructor(private readonly journal: Pick<Journal, 'appendGroup'>) {}

  /** Resolves once the intent is in the file. Rejects with `GatewayError` `journal_unavailable` where it cannot be. */
  async intent(intent: SpendIntent): Promise<void> {
    const entry: IntentEntry = { kind: 'intent', intent };
    await this.#add(entry);
    if (entry.error) throw entry.error;
  }

  /** Resolves once the settlement is in the file, or is kept for another try; never rejects. */
  settlement(requestId: string, outcome: SpendOutcome): Promise<void> {
    return this.#add({ kind: 'settlement', requestId, outcome });
  }

  /** Writes now what is waiting. */
  flush(): void {
    const group = this.#group;
    if (!group) return;
    this.#group = undefined;
    this.journal.appendGroup(group.entries);
    group.resolve();
  }

  #add(entry: JournalEntry): Promise<void> {
    if (!this.#group) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#group = { entries: [], written: promise, resolve };
      // After every socket that is ready now has been read: all that their requests and answers lead to goes together.
      setImmediate(() => this.flush());
    }
    this.#group.entries.push(entry);
    return this.#group.written;
  }
}
