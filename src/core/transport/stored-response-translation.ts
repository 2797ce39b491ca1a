/** A request for a response that its provider keeps, in the form that a provider call carries: bytes through, checked. */
import type {
  InboundHeaders,
  InboundResponse,
  OutboundRequest,
  ProviderDefinition,
  StoredResponseCall,
  StoredResponsesAdapter,
  StreamTranslation,
  Translation,
  WholeAnswer,
} from '../spec/index.js';
import { GatewayError } from '../errors/gateway-error.js';
import { asking, reading } from './adapter-faults.js';

export class StoredResponseTranslation implements Translation<Buffer, Buffer> {
  readonly request: OutboundRequest;
  readonly streamMediaTypes: readonly string[] = ['text/event-stream'];
  private readonly adapter: StoredResponsesAdapter;
  private readonly provider: string;

  /** @throws GatewayError `invalid_request` for a provider that keeps no responses */
  constructor({ id, storedResponses }: ProviderDefinition, call: StoredResponseCall) {
    if (!storedResponses)
      throw new GatewayError('invalid_request', { facts: { reason: `The provider ${id} keeps no responses.` } });
    this.adapter = storedResponses;
    this.provider = id;
    this.request = asking(id, () => storedResponses.buildRequest(call));
  }

  readWhole(response: { status: number; headers: InboundHeaders; body: Buffer }): WholeAnswer<Buffer> {
    return { answer: response.body, usage: reading(this.provider, () => this.adapter.readUsage(response)) };
  }

  parseError(response: InboundResponse): GatewayError {
    return this.adapter.parseError(response);
  }

  openStream(): StreamTranslation<Buffer> {
    return this.adapter.createStreamTap();
  }
}
