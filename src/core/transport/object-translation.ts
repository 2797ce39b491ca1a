/** Requests about what a provider keeps (a file, a batch, a file's bytes), in the form that a provider call carries. */
import { GatewayError } from '../errors/gateway-error.js';
import type { StreamTranslation, Translation, WholeAnswer } from '../spec/exchange.js';
import type { InboundResponse, OutboundRequest } from '../spec/outbound.js';
import { reading } from './adapter-faults.js';

/** Answered with one object. */
export class ObjectTranslation<Answer> implements Translation<Answer, never> {
  readonly streamMediaTypes = [];

  constructor(
    private readonly provider: string,
    readonly request: OutboundRequest,
    private readonly read: (response: InboundResponse) => Answer,
    readonly parseError: (response: InboundResponse) => GatewayError,
  ) {}

  readWhole(response: InboundResponse): WholeAnswer<Answer> {
    return { answer: reading(this.provider, () => this.read(response)), usage: undefined };
  }

  openStream(): StreamTranslation<never> {
    throw new GatewayError('internal', { detail: 'An object comes in one piece.' });
  }
}

/** Answered with bytes, which go through as they come. */
export class ContentTranslation implements Translation<never, Buffer> {
  readonly streamMediaTypes = 'any';

  constructor(
    readonly request: OutboundRequest,
    readonly parseError: (response: InboundResponse) => GatewayError,
  ) {}

  readWhole(): never {
    throw new GatewayError('internal', { detail: 'The content of a file is read as a stream.' });
  }

  openStream(): StreamTranslation<Buffer> {
    return new ContentStream();
  }
}

class ContentStream implements StreamTranslation<Buffer> {
  readonly finished = false;
  readonly usage = undefined;
  readonly beforeFault = undefined;
  /** Of these bytes nothing is held back: the first is content. */
  contentEvents = 0;

  push(bytes: Buffer): Buffer {
    this.contentEvents += 1;
    return bytes;
  }

  end(): undefined {
    return undefined;
  }
}
