/** A request to an endpoint that answers in one piece, in the form that a provider call carries. */
import { GatewayError } from '../errors/gateway-error.js';
import {
  isFollowUp,
  type EndpointAdapter,
  type EndpointCall,
  type FollowUp,
  type ParsedAnswer,
} from '../spec/endpoint-adapter.js';
import type { InboundHeaders, InboundResponse, OutboundRequest } from '../spec/outbound.js';
import type { StreamTranslation, Translation, WholeAnswer } from '../spec/exchange.js';
import type { Usage } from '../spec/usage.js';
import { addUsage } from './add-usage.js';
import { asking, reading } from './adapter-faults.js';

export class EndpointTranslation<Body, Answer, Whole> implements Translation<Whole, never> {
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
    private readonly format: (answer: Answer) => Omit<WholeAnswer<Whole>, 'usage'>,
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
    return { ...this.format(answer), usage: this.usage };
  }

  openStream(): StreamTranslation<never> {
    throw new GatewayError('internal', { detail: 'This endpoint has no streams.' });
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

function nothingToAsk(provider: string): never {
  throw new GatewayError('internal', {
    provider,
    detail: 'A call was cut into no pieces, or has more answers than pieces.',
  });
}
