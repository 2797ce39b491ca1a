/** Puts the turns of a request together, and each result to the call that it answers. */
import type { CallMeaning, Picture, ResultMeaning, Turn } from './meaning.js';

interface OpenCall extends CallMeaning {
  readonly id: string;
  answered: boolean;
}

export class Turns {
  private readonly turns: Turn[] = [];
  private calls: OpenCall[] = [];

  user(text: string, picture?: Picture): void {
    this.turns.push({ by: 'user', text, ...(picture && { picture }) });
  }

  /** Parts of one answer may come one after the other. */
  assistant(text: string, calls: readonly (CallMeaning & { readonly id: string })[]): void {
    const last = this.turns.at(-1);
    const before = last?.by === 'assistant' ? last : undefined;
    if (before) this.turns.pop();
    else this.calls = [];
    for (const call of calls) {
      if (this.calls.some(({ id }) => id !== '' && id === call.id))
        throw new Error(`Two calls have the id ${call.id}.`);
      this.calls.push({ ...call, answered: false });
    }
    this.turns.push({
      by: 'assistant',
      text: (before?.text ?? '') + text,
      calls: this.calls.map(({ name, input }) => ({ name, input })),
    });
  }

  resultById(id: unknown, text: string): void {
    this.result(`the id ${String(id)}`, text, (call) => call.id === id);
  }

  /** The first of the calls of that name that has no result yet. */
  resultByName(name: unknown, text: string): void {
    this.result(`the name ${String(name)}`, text, (call) => call.name === name && !call.answered);
  }

  nameOf(id: unknown): string | undefined {
    return this.calls.find((call) => call.id === id)?.name;
  }

  list(): readonly Turn[] {
    return this.turns;
  }

  private result(what: string, text: string, isAnswered: (call: OpenCall) => boolean): void {
    const place = this.calls.findIndex(isAnswered);
    const call = this.calls[place];
    if (!call || call.answered) throw new Error(`A result answers no open call with ${what}.`);
    call.answered = true;
    const last = this.turns.at(-1);
    const before: readonly ResultMeaning[] = last?.by === 'tools' ? last.results : [];
    if (last?.by === 'tools') this.turns.pop();
    this.turns.push(inOrder({ by: 'tools', results: [...before, { call: place, text }] }));
  }
}

/** What belongs together is told by ids, so that the order of results means nothing. */
export function inOrder<Any extends Turn>(turn: Any): Any {
  if (turn.by !== 'tools') return turn;
  return { ...turn, results: turn.results.toSorted((one, other) => one.call - other.call) };
}
