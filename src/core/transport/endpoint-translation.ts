/** A request to an endpoint that answers in one piece, in the form that a provider call carries. */
import { GatewayError } from '../errors/gateway-error.js';
import { isFollowUp, type EndpointAdapter, type EndpointCall, type FollowUp } from '../spec/endpoint-adapter.js';
import type { InboundHeaders, InboundResponse, OutboundRequest } from '../spec/outbound.js';
import type { StreamTranslation, Translation, WholeAnswer } from '../spec/exchange.js';
import { asking, reading } from './adapter-faults.js';

export class EndpointTranslation<Body, Answer, Whole> implements Translation<Whole, never> {
  readonly request: OutboundRequest;
  readonly streamMediaTypes: readonly string[] = [];

  /** @throws GatewayError what the adapter's `buildRequest` throws */
  constructor(
    private readonly provider: string,
    private readonly adapter: EndpointAdapter<Body, Answer>,
    private readonly call: EndpointCall<Body>,
    private readonly format: (answer: Answer) => Omit<WholeAnswer<Whole>, 'usage'>,
  ) {
    this.request = asking(provider, () => adapter.buildRequest(call));
  }

  readWhole(response: { status: number; headers: InboundHeaders; body: Buffer }): WholeAnswer<Whole> | FollowUp {
    const parsed = reading(this.provider, () => this.adapter.parseResponse(response, this.call));
    if (isFollowUp(parsed)) return parsed;
    return { ...this.format(parsed.answer), usage: parsed.usage };
  }

  openStream(): StreamTranslation<never> {
    throw new GatewayError('internal', { detail: 'This endpoint has no streams.' });
  }

  parseError(response: InboundResponse): GatewayError {
    return this.adapter.parseError(response);
  }
}
