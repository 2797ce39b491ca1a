/** Joins a client's format and a provider's adapter: bytes straight through where both speak one dialect, translated otherwise. */
import type {
  AnswerFormat,
  ChatAdapter,
  ChatStreamParser,
  Deployment,
  NativeAdapter,
  NativeCall,
  OutboundRequest,
  StreamTranslation,
  Translation,
  WholeAnswer,
} from '../spec/index.js';
import type { ChatCompletionChunk } from '../schema/openai/chat.js';
import { GatewayError } from '../errors/gateway-error.js';
import type { InboundHeaders } from '../spec/outbound.js';
import type { Usage } from '../spec/usage.js';

interface Response {
  status: number;
  headers: InboundHeaders;
  body: Buffer;
}

/**
 * The translation of `call` for `deployment`.
 *
 * @throws GatewayError what the adapter's `buildRequest` throws, or `invalid_request` for a provider without chat.
 */
export function translate<Whole, Part>(
  deployment: Deployment,
  call: NativeCall,
  format: AnswerFormat<Whole, Part>,
): Translation<Whole | Buffer, Part | Buffer> {
  const { provider } = deployment;
  const native = format.nativeDialect === undefined ? undefined : provider.native?.[format.nativeDialect];
  if (native?.accepts(call)) return new NativeTranslation(native, call);
  if (!provider.chat) {
    throw new GatewayError('invalid_request', {
      facts: { reason: `The provider ${provider.id} does not serve chat.` },
    });
  }
  return new HubTranslation(provider.chat, call, format);
}

class NativeTranslation implements Translation<Buffer, Buffer> {
  readonly request: OutboundRequest;

  constructor(
    private readonly adapter: NativeAdapter,
    private readonly call: NativeCall,
  ) {
    this.request = adapter.buildRequest(call);
  }

  readWhole(response: Response): WholeAnswer<Buffer> {
    const { body, usage } = this.adapter.readResponse(response, this.call);
    return { answer: body, usage };
  }

  openStream(): StreamTranslation<Buffer> {
    return this.adapter.createStreamTap(this.call);
  }
}

class HubTranslation<Whole, Part> implements Translation<Whole, Part> {
  readonly request: OutboundRequest;

  constructor(
    private readonly adapter: ChatAdapter,
    private readonly call: NativeCall,
    private readonly format: AnswerFormat<Whole, Part>,
  ) {
    this.request = adapter.buildRequest(call);
  }

  readWhole(response: Response): WholeAnswer<Whole> {
    const { completion, usage } = this.adapter.parseResponse(response, this.call);
    return { answer: this.format.whole(completion), usage };
  }

  openStream(): StreamTranslation<Part> {
    const wantsUsage = this.call.body.stream_options?.include_usage === true;
    return new HubStream(this.adapter.createStreamParser(this.call), this.format, wantsUsage);
  }
}

/** Streams through the hub's chunks. */
class HubStream<Whole, Part> implements StreamTranslation<Part> {
  contentEvents = 0;
  private last: ChatCompletionChunk | undefined;

  constructor(
    private readonly parser: ChatStreamParser,
    private readonly format: AnswerFormat<Whole, Part>,
    private readonly wantsUsage: boolean,
  ) {}

  get finished(): boolean {
    return this.parser.finished;
  }

  get usage(): Usage | undefined {
    return this.parser.usage;
  }

  get beforeFault(): Part | undefined {
    return this.forward(this.parser.beforeFault);
  }

  push(bytes: Buffer): Part | undefined {
    return this.forward(this.parser.push(bytes));
  }

  end(): Part | undefined {
    return this.forward(this.parser.end());
  }

  tail(): Part {
    return this.format.tail(this.last, this.wantsUsage ? this.parser.usage : undefined);
  }

  private forward(chunks: readonly ChatCompletionChunk[]): Part | undefined {
    if (chunks.length === 0) return undefined;
    this.contentEvents += chunks.length;
    this.last = chunks[chunks.length - 1];
    return this.format.part(chunks);
  }
}
