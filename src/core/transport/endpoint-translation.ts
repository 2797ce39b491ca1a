/** A request to an endpoint besides chat, in the form that a provider call carries. */
import { GatewayError } from '../errors/gateway-error.js';
import {
  isFollowUp,
  type AnswerStream,
  type EndpointAdapter,
  type EndpointCall,
  type FollowUp,
  type ParsedAnswer,
} from '../spec/endpoint-adapter.js';
import type { InboundHeaders, InboundResponse, OutboundRequest } from '../spec/outbound.js';
import type { AnswerHead, StreamTranslation, Translation, WholeAnswer } from '../spec/exchange.js';
import type { Usage } from '../spec/usage.js';
import { addUsage } from './add-usage.js';
import { asking, reading } from './adapter-faults.js';

/** How an answer goes to its reader. */
export interface EndpointFormat<Answer, Whole, Part> {
  readonly whole: (answer: Answer) => Omit<WholeAnswer<Whole>, 'usage'>;
  /** Absent where the reader takes whole answers alone. */
  readonly part?: (bytes: Buffer) => Part;
}

export class EndpointTranslation<Body, Answer, Whole, Part = never> implements Translation<Whole, Part> {
  readonly request: OutboundRequest;
  readonly streamMediaTypes: readonly string[] = [];
  /** The calls that the provider takes this one in. */
  private readonly calls: readonly EndpointCall<Body>[];
  private readonly answers: Answer[] = [];
  private usage: Usage | undefined;

  /** @throws GatewayError what the adapter's `buildRequest` throws */
  constructor(
    private readonly provider: string,
    private readonly adapter: Omit<EndpointAdapter<Body, Answer>, 'supportedParams'>,
    call: EndpointCall<Body>,
    private readonly format: EndpointFormat<Answer, Whole, Part>,
  ) {
    this.calls = asking(provider, () => adapter.pieces?.split(call) ?? [call]);
    // All are built before the first is sent: a list is refused as a whole, not halfway.
    const requests = asking(provider, () => this.calls.map((each) => adapter.buildRequest(each)));
    this.request = requests[0] ?? nothingToAsk(provider);
  }

  readWhole(response: { status: number; headers: InboundHeaders; body: Buffer }): WholeAnswer<Whole> | FollowUp {
    const { calls, answers } = this;
    const call = calls[answers.length] ?? nothingToAsk(this.provider);
    const parsed = reading(this.provider, () => this.adapter.parseResponse(response, call));
    if (isFollowUp(parsed)) return parsed;
    this.keep(parsed);
    const next = calls[answers.length];
    if (next) return { next: this.adapter.buildRequest(next), afterMs: 0 };
    const [first] = answers;
    const answer = answers.length === 1 ? (first as Answer) : this.join();
    return { ...this.format.whole(answer), usage: this.usage };
  }

  openStream(): StreamTranslation<Part> {
    throw new GatewayError('internal', { detail: 'Whether an answer is a stream is seen by its head.' });
  }

  openAnswer(head: AnswerHead): StreamTranslation<Part> | undefined {
    const [call, ...others] = this.calls;
    const toPart = this.format.part;
    // Only whole answers can be joined.
    if (!toPart || !call || others.length > 0) return undefined;
    const stream = this.adapter.openStream?.(head, call);
    return stream && new PassedAnswer(stream, toPart);
  }

  parseError(response: InboundResponse): GatewayError {
    return this.adapter.parseError(response);
  }

  private keep({ answer, usage }: ParsedAnswer<Answer>): void {
    this.answers.push(answer);
    this.usage = usage && this.usage ? addUsage(this.usage, usage) : (usage ?? this.usage);
  }

  private join(): Answer {
    const { pieces } = this.adapter;
    return pieces ? pieces.join(this.answers) : nothingToAsk(this.provider);
  }
}

class PassedAnswer<Part> implements StreamTranslation<Part> {
  readonly opaque = true;

  constructor(
    private readonly stream: AnswerStream,
    private readonly toPart: (bytes: Buffer) => Part,
  ) {}

  get contentType(): string {
    return this.stream.contentType;
  }

  get finished(): boolean {
    return this.stream.finished;
  }

  get usage(): Usage | undefined {
    return this.stream.usage;
  }

  get contentEvents(): number {
    return this.stream.contentEvents;
  }

  get beforeFault(): Part | undefined {
    return this.forward(this.stream.beforeFault);
  }

  push(bytes: Buffer): Part | undefined {
    return this.forward(this.stream.push(bytes));
  }

  end(): Part | undefined {
    return this.forward(this.stream.end());
  }

  private forward(bytes: Buffer | undefined): Part | undefined {
    return bytes && this.toPart(bytes);
  }
}

function nothingToAsk(provider: string): never {
  throw new GatewayError('internal', {
    provider,
    detail: 'A call was cut into no pieces, or has more answers than pieces.',
  });
}
