/** One attempt at a count: asked of the provider where it counts for nothing, and done here where it does not or cannot. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { AnswerSink, NativeTokenCount, RunningCall, WholeAnswer } from '../../core/spec/index.js';
import type { Bytes } from '../operation.js';
import type { CountedHere } from './count-here.js';

export interface TokenCount {
  readonly tokens: number;
  /** What counted, as LiteLLM names it: `anthropic_api`, `openai_tokenizer`, `estimate`. */
  readonly tokenizer: string;
  /** The provider's own answer, where it counted. */
  readonly original?: NativeTokenCount['original'];
  /** Why it did not, although it was asked. */
  readonly failure?: GatewayError;
}

export type NativeSink = AnswerSink<NativeTokenCount, never>;

export interface CountingWays {
  /** Undefined where the provider does not count. */
  readonly there: { readonly tokenizer: string; start(sink: NativeSink): RunningCall } | undefined;
  here(isOver: () => boolean, becauseOf: GatewayError | undefined): Promise<CountedHere>;
  format(count: TokenCount): string;
}

const head = { status: 200, headers: {} };

export class CountingCall implements RunningCall {
  readonly usage = undefined;
  readonly contentEvents = 0;
  readonly received = Buffer.alloc(0);
  readonly firstPartAt = undefined;
  begun = false;
  private asked: RunningCall | undefined;
  private aborted: GatewayError | undefined;

  constructor(
    private readonly ways: CountingWays,
    private readonly sink: Pick<AnswerSink<Bytes, Bytes>, 'whole'>,
  ) {}

  get sentAt(): number | undefined {
    return this.asked?.sentAt;
  }

  get headAt(): number | undefined {
    return this.asked?.headAt;
  }

  async run(): Promise<void> {
    if (this.aborted) throw this.aborted;
    const answer = this.ways.format(await this.count());
    this.sink.whole({ answer, usage: undefined }, head);
  }

  abort(error: GatewayError): void {
    this.aborted ??= error;
    this.asked?.abort(error);
  }

  private async count(): Promise<TokenCount> {
    const { there } = this.ways;
    let failure: GatewayError | undefined;
    if (there) {
      try {
        const { tokens, original } = await this.ask(there);
        return { tokens, tokenizer: there.tokenizer, original };
      } catch (thrown) {
        failure = this.bearable(thrown);
      }
    }
    const counted = await this.ways.here(() => this.aborted !== undefined, failure);
    if (this.aborted) throw this.aborted;
    return { ...counted, ...(failure && { failure }) };
  }

  private async ask(there: NonNullable<CountingWays['there']>): Promise<NativeTokenCount> {
    const collector = new Collector();
    this.asked = there.start(collector);
    if (this.aborted) this.asked.abort(this.aborted);
    await this.asked.run();
    if (collector.answer) return collector.answer;
    throw new GatewayError('internal', { detail: 'A count ended without an answer.' });
  }

  /** A request that the provider refuses would be refused for an answer too; whatever else keeps it from counting does not matter. */
  private bearable(thrown: unknown): GatewayError {
    if (this.aborted) throw this.aborted;
    if (!(thrown instanceof GatewayError) || unbearable.has(thrown.code)) throw thrown;
    return thrown;
  }
}

const unbearable: ReadonlySet<GatewayError['code']> = new Set([
  'internal',
  'invalid_request',
  'unsupported_parameter',
  'upstream_bad_request',
  'upstream_unprocessable',
  'upstream_too_large',
  'context_window_exceeded',
  'content_policy_violation',
]);

class Collector implements NativeSink {
  answer: NativeTokenCount | undefined;

  whole({ answer }: WholeAnswer<NativeTokenCount>): void {
    this.answer = answer;
  }

  begin(): void {}

  part(): boolean {
    return true;
  }

  onDrain(resume: () => void): void {
    resume();
  }
}
