/** Joins a client's format and a provider's adapter: bytes straight through where both speak one dialect, translated otherwise. */
import { toChatUsage } from '../schema/openai/chat-usage.js';
import { isFollowUp } from '../spec/endpoint-adapter.js';
import type {
  AnswerFormat,
  ChatAdapter,
  ChatStreamParser,
  Deployment,
  FollowUp,
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

const eventStream: readonly string[] = ['text/event-stream'];

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
  if (!provider.chat) {
    throw new GatewayError('invalid_request', {
      facts: { reason: `The provider ${provider.id} does not serve chat.` },
    });
  }
  if (native?.accepts(call)) return new NativeTranslation(native, provider.chat, call);
  return new HubTranslation(provider.chat, call, format);
}

class NativeTranslation implements Translation<Buffer, Buffer> {
  readonly request: OutboundRequest;
  readonly streamMediaTypes = eventStream;

  constructor(
    private readonly adapter: NativeAdapter,
    private readonly chat: ChatAdapter,
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

  parseError(response: Response): GatewayError {
    return this.chat.parseError(response);
  }
}

class HubTranslation<Whole, Part> implements Translation<Whole, Part> {
  readonly request: OutboundRequest;
  readonly streamMediaTypes: readonly string[];

  constructor(
    private readonly adapter: ChatAdapter,
    private readonly call: NativeCall,
    private readonly format: AnswerFormat<Whole, Part>,
  ) {
    this.request = adapter.buildRequest(call);
    this.streamMediaTypes = adapter.streamMediaTypes ?? eventStream;
  }

  readWhole(response: Response): WholeAnswer<Whole> | FollowUp {
    const parsed = this.adapter.parseResponse(response, this.call);
    if (isFollowUp(parsed)) return parsed;
    const { completion, usage } = parsed;
    // A provider's own usage object goes out as it came; others are put in here, in one place for all of them.
    const counted = completion.usage === undefined && usage ? { ...completion, usage: toChatUsage(usage) } : completion;
    return { answer: this.format.whole(counted), usage };
  }

  openStream(): StreamTranslation<Part> {
    const wantsUsage = this.format.needsUsage ?? this.call.body.stream_options?.include_usage === true;
    return new HubStream(this.adapter.createStreamParser(this.call), this.format, wantsUsage);
  }

  parseError(response: Response): GatewayError {
    return this.adapter.parseError(response);
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
