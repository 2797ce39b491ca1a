/** An answer that its provider keeps: the client gets nothing of it before it is written down whose it is. */
import type { AnswerHead, WholeAnswer } from '../../core/spec/index.js';
import type { Bytes, OpenExchange } from '../operation.js';
import type { ProvidersWord } from '../../objects/responses/stored-responses.service.js';
import { AnswerInKeeping } from './answer-in-keeping.js';

/** What an answer says of its being kept. */
export interface ProviderResponse extends ProvidersWord {
  readonly id: string;
}

/** A stream says whose it is in its first event; where it has not by then, it does not at all. */
const mostPartsRead = 3;
const running: ReadonlySet<string | undefined> = new Set(['queued', 'in_progress']);

export class ProviderKeptAnswer extends AnswerInKeeping {
  private readonly waitingParts: Bytes[] = [];
  private waitingWhole: { readonly answer: WholeAnswer<Bytes>; readonly head: AnswerHead } | undefined;
  private resume: (() => void) | undefined;
  private partsRead = 0;
  private writing: Promise<void> | undefined;
  private isWritten = false;

  constructor(
    exchange: OpenExchange,
    /** Never rejects. */
    private readonly keep: (response: ProviderResponse) => Promise<boolean>,
  ) {
    super(exchange);
  }

  whole(answer: WholeAnswer<Bytes>, head: AnswerHead): void {
    this.waitingWhole = { answer, head };
  }

  part(part: Bytes): boolean {
    if (this.writing === undefined && this.partsRead < mostPartsRead) this.read(part);
    if (this.writing === undefined || this.isWritten) return this.exchange.part(part);
    this.waitingParts.push(part);
    return false;
  }

  onDrain(resume: () => void): void {
    if (this.writing === undefined || this.isWritten) this.exchange.onDrain(resume);
    else this.resume = resume;
  }

  async finish(): Promise<void> {
    await this.writing;
    const { waitingWhole } = this;
    if (!waitingWhole) return;
    const { answer, head } = waitingWhole;
    const response = keptResponseIn(parsed(String(answer.answer)));
    const runsOn = running.has(response?.status);
    if (response) await this.keep({ ...response, unsettled: runsOn && answer.usage === undefined });
    this.exchange.whole(answer, head);
  }

  async release(): Promise<void> {
    await this.writing;
  }

  private read(part: Bytes): void {
    this.partsRead += 1;
    for (const [, data = ''] of part.toString().matchAll(/^data: ?(.*)$/gm)) {
      const response = keptResponseIn((parsed(data) as { response?: unknown } | null)?.response);
      if (response === undefined) continue;
      this.writing = this.keep(response).then(() => this.passOn());
      return;
    }
  }

  private passOn(): void {
    this.isWritten = true;
    const { resume } = this;
    let flows = true;
    for (const part of this.waitingParts) flows = this.exchange.part(part);
    if (resume === undefined) return;
    if (flows) resume();
    else this.exchange.onDrain(resume);
  }
}

/** Undefined where the provider keeps nothing, as the client or the deployment wished. */
function keptResponseIn(value: unknown): ProviderResponse | undefined {
  const { id, status, store } = Object(value) as { id?: unknown; status?: unknown; store?: unknown };
  if (typeof id !== 'string' || store === false) return undefined;
  // A stream comes with its usage at its end, also where the response is made in the background.
  return { id, status: typeof status === 'string' ? status : 'completed', unsettled: false };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // `[DONE]`, or what the client is to see as it is.
    return null;
  }
}
