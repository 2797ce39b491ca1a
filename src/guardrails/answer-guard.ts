/** The stage that an answer passes before its client: guardrails look at it, whole or as it comes, and nothing leaves before they have. */
import { GatewayError } from '../core/errors/gateway-error.js';
import type { AnswerHead, AnswerSink, WholeAnswer } from '../core/spec/index.js';
import { checkTexts } from './check-texts.js';
import type { GuardRun } from './guard-run.js';
import { restoreOriginals } from './restore-originals.js';
import { take, type Steps } from './steps.js';
import { EventSplitter, type RawEvent } from './streams/event-splitter.js';
import { StreamGuard } from './streams/stream-guard.js';
import { putTexts } from './surfaces/put-texts.js';
import { isObject, type JsonObject, type Surface } from './surfaces/surface.js';

type Bytes = Buffer | string;

export interface AnswerGuardOptions {
  readonly run: GuardRun;
  readonly surface: Surface;
  readonly next: AnswerSink<Bytes, Bytes>;
  /** The verdict of those that look at the request while the model answers: rejects where nothing of the answer is to be seen. */
  readonly during: Promise<void> | undefined;
  /** Ends the call whose answer this is. */
  readonly abort: (error: GatewayError) => void;
  /** More is not held back. */
  readonly maxHeldChars: number;
}

/** So much waits for a verdict before the provider is asked to pause. */
const maxWaitingBytes = 256 * 1024;

/** So much may come of a stream before its first words. */
const maxSilentBytes = 16 * 1024;

export class AnswerGuard implements AnswerSink<Bytes, Bytes> {
  private readonly splitter = new EventSplitter();
  private readonly stream: StreamGuard;
  /** Nobody looks at the answer itself: it only waits for the word on its request. */
  private readonly isIdle: boolean;
  private readonly incoming: RawEvent[] = [];
  private head: { readonly head: AnswerHead; readonly contentType: string | undefined } | undefined;
  private isOpaque = false;
  private hasBegun = false;
  private isOpen: boolean;
  /** The call has given all: what waits for more waits no longer. */
  private isEnding = false;
  private waiting: Bytes[] = [];
  private waitingBytes = 0;
  private busy: Promise<void> | undefined;
  private failure: GatewayError | undefined;
  private resume: (() => void) | undefined;
  private flows = true;
  private pending: { readonly answer: WholeAnswer<Bytes>; readonly head: AnswerHead } | undefined;
  /** The whole answer was looked at, for whoever keeps it. */
  private isChecked = false;

  constructor(private readonly options: AnswerGuardOptions) {
    const { run, during } = options;
    this.stream = new StreamGuard(options);
    this.isIdle = run.plan.post_call.length === 0 && run.originals.size === 0;
    this.isOpen = during === undefined;
    during?.then(
      () => this.open(),
      (error: unknown) => this.breakOff(error),
    );
  }

  /** The texts of a stream as its client has got them; undefined where nobody has looked at them. */
  get text(): string | undefined {
    return this.isIdle || this.isOpaque ? undefined : this.stream.text;
  }

  whole(answer: WholeAnswer<Bytes>, head: AnswerHead): void {
    this.pending = { answer, head };
  }

  begin(head: AnswerHead, contentType?: string): void {
    this.head ??= { head, contentType };
    this.isOpaque = contentType !== undefined && !contentType.includes('event-stream');
  }

  part(part: Bytes): boolean {
    if (this.failure) return true;
    if (this.isIdle || this.isOpaque) this.emit(part);
    else {
      this.incoming.push(...this.splitter.push(part));
      this.work();
    }
    return this.mayGoOn;
  }

  onDrain(resume: () => void): void {
    this.resume = resume;
    this.goOn();
  }

  /**
   * The call has given all of its answer; resolves once all of it has been passed on.
   *
   * @throws GatewayError in place of the answer, or of the rest of it
   */
  async finish(): Promise<void> {
    await this.quiet();
    if (this.pending) return this.finishWhole(this.pending);
    if (!this.head) return this.options.during;
    const rest = this.isIdle || this.isOpaque ? undefined : this.splitter.rest();
    if (rest) this.emit(await take(this.stream.push(rest)));
    this.emit(await take(this.stream.end()));
    await this.options.during;
    this.isEnding = true;
    this.open();
    this.letWaitingGo();
    this.beginOnce();
  }

  /** The call has failed, and nobody goes on from it: what has come is all that there is, and leaves where some has left already. */
  async fail(): Promise<void> {
    await this.busy;
    if (this.failure || !this.hasBegun || this.stream.holdsAll) return;
    try {
      this.emit(await take(this.stream.end()));
    } catch (error) {
      // The client hears of the failure that came first.
      if (!(error instanceof GatewayError)) throw error;
    }
  }

  /**
   * The object that is the whole answer, or that ends a stream, as the client will get it: for whoever keeps it.
   *
   * @param wrap the object as the data of the event that ends a stream, and what takes it out of that again
   * @throws GatewayError where the client will not get it
   */
  async checkedEnd(json: string, wrap: { in(json: string): string; out(data: string): string }): Promise<string> {
    await this.quiet();
    if (this.isIdle) {
      await this.options.during;
      return json;
    }
    if (!this.head) {
      this.isChecked = true;
      return String(await take(this.checked(json, undefined)));
    }
    this.emit(await take(this.stream.end()));
    await this.options.during;
    return wrap.out(await take(this.stream.asLetOut(wrap.in(json))));
  }

  // Streams

  private work(): void {
    let out = '';
    while (!this.busy && !this.failure) {
      const event = this.incoming.shift();
      if (!event) break;
      try {
        const left = take(this.stream.push(event));
        if (typeof left === 'string') out += left;
        else this.wait(left);
      } catch (error) {
        this.breakOff(error);
      }
    }
    this.emit(out);
  }

  private wait(left: Promise<string>): void {
    this.busy = left.then(
      (out) => {
        this.busy = undefined;
        this.emit(out);
        this.work();
        this.goOn();
      },
      (error: unknown) => {
        this.busy = undefined;
        this.breakOff(error);
      },
    );
  }

  /** Everything that has come was looked at. */
  private async quiet(): Promise<void> {
    while (this.busy) await this.busy;
    if (this.failure) throw this.failure;
  }

  private emit(part: Bytes): void {
    if (part.length === 0 || this.failure) return;
    if (this.waiting.length === 0 && this.mayLeave) return this.send(part);
    this.waiting.push(part);
    this.waitingBytes += part.length;
    this.letWaitingGo();
  }

  private letWaitingGo(): void {
    if (!this.mayLeave) return;
    const { waiting } = this;
    this.waiting = [];
    this.waitingBytes = 0;
    for (const part of waiting) this.send(part);
  }

  private send(part: Bytes): void {
    this.beginOnce();
    this.flows = this.options.next.part(part);
  }

  /** The head of a stream leaves once somebody has looked at its first words: it names who did, and what is refused at once has a status of its own. */
  private get mayLeave(): boolean {
    if (!this.isOpen || this.hasBegun || this.isIdle || this.isOpaque || this.isEnding) return this.isOpen;
    const { run, surface } = this.options;
    return !surface.readEvent || run.hasLookedAtAnswer || this.waitingBytes > maxSilentBytes;
  }

  private beginOnce(): void {
    if (this.hasBegun || !this.head) return;
    this.hasBegun = true;
    this.options.next.begin(this.head.head, this.head.contentType);
  }

  private open(): void {
    if (this.isOpen || this.failure) return;
    this.isOpen = true;
    this.letWaitingGo();
    this.goOn();
  }

  private get mayGoOn(): boolean {
    return !this.busy && this.flows && this.waitingBytes < maxWaitingBytes;
  }

  /** Lets the provider send more, as soon as there is room for it. */
  private goOn(): void {
    const { resume } = this;
    if (!resume || this.busy || this.waitingBytes >= maxWaitingBytes) return;
    this.resume = undefined;
    if (this.flows) return resume();
    this.options.next.onDrain(() => {
      this.flows = true;
      resume();
    });
  }

  private breakOff(error: unknown): void {
    this.failure ??= error instanceof GatewayError ? error : new GatewayError('internal', { cause: error });
    this.options.abort(this.failure);
  }

  // Whole answers

  private async finishWhole({ answer, head }: { answer: WholeAnswer<Bytes>; head: AnswerHead }): Promise<void> {
    const checked = this.isChecked ? answer.answer : await take(this.checked(answer.answer, answer.contentType));
    await this.options.during;
    this.options.next.whole({ ...answer, answer: checked }, head);
  }

  private *checked(answer: Bytes, contentType: string | undefined): Steps<Bytes> {
    const { surface } = this.options;
    if (this.isIdle || !surface.readAnswer) return answer;
    const isJson = contentType === undefined || contentType.includes('json');
    if (!isJson && !contentType.startsWith('text/')) return answer;
    const text = String(answer);
    const value = isJson ? parsed(text) : undefined;
    if (!value) return yield* this.plainText(text);
    const reading = surface.readAnswer(value);
    const { texts } = yield* checkTexts(this.options.run, 'post_call', 'answer', reading);
    const { originals } = this.options.run;
    const restored = texts.map((each, at) => restoreOriginals(each, originals, reading.texts[at]?.isJson));
    const changed = putTexts(text, reading.texts, restored);
    return changed === text ? answer : changed;
  }

  /** What is no object is one text, such as the lines of subtitles. */
  private *plainText(text: string): Steps<string> {
    const reading = { texts: [{ text, role: 'assistant' as const }], tools: [], toolCalls: [] };
    const { texts } = yield* checkTexts(this.options.run, 'post_call', 'answer', reading);
    return restoreOriginals(texts[0] ?? text, this.options.run.originals);
  }
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // Then it is a text.
    return undefined;
  }
}
