/** One text of a streamed answer, as its client puts it together: what has come of it, what guardrails have let out, and what is on its way. */
import type { Restorer } from '../restore-originals.js';
import type { Steps } from '../steps.js';
import type { TextScan } from './text-scan.js';

export class Channel {
  /** As it came. */
  raw = '';
  /** As it goes to the client. */
  out = '';
  isClosed = false;
  /** How many pieces of it wait for their turn. */
  waiting = 0;
  /** What goes out is no longer what came. */
  differs = false;
  private taken = 0;

  constructor(
    readonly isJson: boolean,
    /** The tool that is called, where this is what it is called with. */
    readonly tool: string | undefined,
    private readonly scans: readonly TextScan[],
    private readonly restorer: Restorer | undefined,
  ) {}

  /** Let out and not yet given to an event. */
  get available(): number {
    return this.out.length - this.taken;
  }

  /** @param isLast nothing more will come */
  *push(piece: string, isLast: boolean): Steps<void> {
    this.raw += piece;
    let text = piece;
    for (const scan of this.scans) text = yield* scan.push(text, isLast);
    this.letOut(text, isLast);
  }

  /** What was checked elsewhere. */
  letOut(checked: string, isLast: boolean): void {
    const text = this.restorer ? this.restorer.push(checked, isLast) : checked;
    this.differs ||= !this.raw.startsWith(text, this.out.length);
    this.out += text;
    this.isClosed ||= isLast;
    if (this.isClosed) this.differs ||= this.out.length !== this.raw.length;
  }

  /** True where the next piece, of this length, can go out. The last one stays for what is still to come. */
  isReady(length: number): boolean {
    if (this.isClosed) return true;
    return this.differs ? this.waiting > 1 : this.available >= length;
  }

  /** The text for the next piece: its own where nothing was masked, otherwise what there is. */
  take(length: number): string {
    this.waiting -= 1;
    const isLast = this.waiting === 0 && this.isClosed;
    // As it came, a piece may end anywhere: its other half comes with the next one.
    const end = isLast ? this.out.length : this.differs ? wholeCharacters(this.out) : this.taken + length;
    const text = this.out.slice(this.taken, Math.max(this.taken, end));
    this.taken = Math.max(this.taken, end);
    return text;
  }
}

/** Where a text ends that tears no pair of surrogates. */
function wholeCharacters(text: string): number {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last < 0xdc00 ? text.length - 1 : text.length;
}
