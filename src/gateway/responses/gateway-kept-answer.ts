/** An answer that the gateway keeps: its end waits until it is written down, and says whether it was. */
import type { ResponseEnd } from '../../core/dialects/openai-responses/keeping.js';
import type { ResponseObject } from '../../core/schema/openai/responses.js';
import type { AnswerHead, WholeAnswer } from '../../core/spec/index.js';
import type { Bytes, OpenExchange } from '../operation.js';
import { AnswerInKeeping } from './answer-in-keeping.js';

/** The response in the event that ends its stream. */
const asLastEvent = {
  in: (json: string): string => `{"type":"response.completed","response":${json}}`,
  out: (data: string): string => JSON.stringify((JSON.parse(data) as { response: unknown }).response),
};

export class GatewayKeptAnswer extends AnswerInKeeping {
  private end: ResponseEnd | undefined;
  private waiting: { readonly answer: WholeAnswer<Bytes>; readonly head: AnswerHead } | undefined;

  constructor(
    exchange: OpenExchange,
    /** False where it could not be kept. */
    private readonly keep: (response: ResponseObject) => Promise<boolean>,
  ) {
    super(exchange);
  }

  readonly hold = (end: ResponseEnd): void => {
    this.end = end;
  };

  whole(answer: WholeAnswer<Bytes>, head: AnswerHead): void {
    this.waiting = { answer, head };
  }

  part(part: Bytes): boolean {
    return part.length === 0 || this.exchange.part(part);
  }

  onDrain(resume: () => void): void {
    this.exchange.onDrain(resume);
  }

  async finish(): Promise<void> {
    const { end, waiting } = this;
    if (end === undefined) return;
    const json = JSON.stringify(end.response);
    const checked = await this.checkedEnd(json, asLastEvent);
    // What is kept is what the client gets.
    const response = checked === json ? end.response : (JSON.parse(checked) as ResponseObject);
    const isKept = response['store'] === true && (await this.keep(response));
    const text = end.write(isKept ? response : { ...response, store: false });
    if (waiting) this.exchange.whole({ ...waiting.answer, answer: text }, waiting.head);
    else this.exchange.part(text);
  }

  /** What has no end is not kept. */
  release(): Promise<void> {
    return Promise.resolve();
  }
}
