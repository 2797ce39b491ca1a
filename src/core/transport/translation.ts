/** Joins a client's format and a provider's adapter: bytes straight through where both speak one dialect, translated otherwise. */
import { toChatUsage } from '../schema/openai/chat-usage.js';
import { isFollowUp } from '../spec/endpoint-adapter.js';
import type {
  AnswerFormat,
  ChatAdapter,
  ChatCall,
  ChatStreamParser,
  Dialect,
  DialectBodies,
  FetchedMedia,
  FollowUp,
  NativeAdapter,
  NativeCall,
  OutboundRequest,
  ProviderDefinition,
  StreamTranslation,
  Translation,
  WholeAnswer,
} from '../spec/index.js';
import { hasContent } from '../schema/openai/chunk-content.js';
import type { ChatCompletionChunk } from '../schema/openai/chat.js';
import { GatewayError } from '../errors/gateway-error.js';
import type { InboundHeaders } from '../spec/outbound.js';
import type { Usage } from '../spec/usage.js';
import { asking, reading } from './adapter-faults.js';

const eventStream: readonly string[] = ['text/event-stream'];

interface Response {
  status: number;
  headers: InboundHeaders;
  body: Buffer;
}

/**
 * The translation of a chat request of the hub.
 *
 * @throws GatewayError what the adapter's `buildRequest` throws, or `invalid_request` for a provider without chat
 */
export function translate<Whole, Part>(
  { chat, id }: ProviderDefinition,
  call: ChatCall,
  format: AnswerFormat<Whole, Part>,
): Translation<Whole, Part> {
  if (chat) return new HubTranslation(id, chat, call, format);
  throw withoutChat(id);
}

/** A way to a provider. */
export interface Passage<Whole, Part> {
  /** Of the files that must be fetched before it is taken. */
  readonly addresses: readonly string[];
  /** @throws GatewayError what the adapter's `buildRequest` throws */
  open(media?: ReadonlyMap<string, FetchedMedia>): Translation<Whole, Part>;
  /** Reads the stream that comes back as the hub's chunks. */
  readStream(call: ChatCall): ChatStreamParser;
}

/** The way of a call whose provider speaks the client's own dialect; undefined where it does not, or not for this call. */
export function passThrough<Spoken extends Dialect>(
  { native, chat, id }: ProviderDefinition,
  dialect: Spoken,
  call: NativeCall<DialectBodies[Spoken]>,
): Passage<Buffer, Buffer> | undefined {
  const adapter = native?.[dialect];
  if (!adapter || !chat || !adapter.accepts(call)) return undefined;
  return {
    addresses: adapter.remoteMedia?.(call) ?? [],
    open: (media) => new NativeTranslation(id, adapter, chat, media ? { ...call, media } : call),
    readStream: (hubCall) => adapter.createStreamParser?.(hubCall) ?? chat.createStreamParser(hubCall),
  };
}

/**
 * The way of a chat request of the hub.
 *
 * @throws GatewayError `invalid_request` for a provider without chat
 */
export function throughHub<Whole, Part>(
  provider: ProviderDefinition,
  call: ChatCall,
  format: AnswerFormat<Whole, Part>,
): Passage<Whole, Part> {
  const { chat, id } = provider;
  if (!chat) throw withoutChat(id);
  return {
    addresses: chat.remoteMedia?.(call) ?? [],
    open: (media) => translate(provider, media ? { ...call, media } : call, format),
    readStream: (hubCall) => chat.createStreamParser(hubCall),
  };
}

function withoutChat(id: string): GatewayError {
  return new GatewayError('invalid_request', { facts: { reason: `The provider ${id} does not serve chat.` } });
}

class NativeTranslation<Body> implements Translation<Buffer, Buffer> {
  readonly request: OutboundRequest;
  readonly streamMediaTypes: readonly string[];

  constructor(
    private readonly provider: string,
    private readonly adapter: NativeAdapter<Body>,
    private readonly chat: ChatAdapter,
    private readonly call: NativeCall<Body>,
  ) {
    this.request = asking(provider, () => adapter.buildRequest(call));
    this.streamMediaTypes = adapter.streamMediaTypes ?? eventStream;
  }

  readWhole(response: Response): WholeAnswer<Buffer> {
    const { body, usage } = reading(this.provider, () => this.adapter.readResponse(response, this.call));
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
    private readonly provider: string,
    private readonly adapter: ChatAdapter,
    private readonly call: ChatCall,
    private readonly format: AnswerFormat<Whole, Part>,
  ) {
    this.request = asking(provider, () => adapter.buildRequest(call));
    this.streamMediaTypes = adapter.streamMediaTypes ?? eventStream;
  }

  readWhole(response: Response): WholeAnswer<Whole> | FollowUp {
    const parsed = reading(this.provider, () => this.adapter.parseResponse(response, this.call));
    if (isFollowUp(parsed)) return parsed;
    const { completion, usage } = parsed;
    // A provider's own usage object goes out as it came; others are put in here, in one place for all of them.
    const counted = completion.usage === undefined && usage ? { ...completion, usage: toChatUsage(usage) } : completion;
    return { answer: this.format.whole(counted), usage };
  }

  openStream(): StreamTranslation<Part> {
    const wantsUsage = this.format.needsUsage ?? this.call.body.stream_options?.include_usage === true;
    return new HubStream(this.provider, this.adapter.createStreamParser(this.call), this.format, wantsUsage);
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
    private readonly provider: string,
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
    return this.forward(reading(this.provider, () => this.parser.push(bytes)));
  }

  end(): Part | undefined {
    return this.forward(reading(this.provider, () => this.parser.end()));
  }

  tail(): Part {
    return this.format.tail(this.last, this.wantsUsage ? this.parser.usage : undefined);
  }

  private forward(chunks: readonly ChatCompletionChunk[]): Part | undefined {
    if (chunks.length === 0) return undefined;
    for (const chunk of chunks) if (hasContent(chunk)) this.contentEvents += 1;
    this.last = chunks[chunks.length - 1];
    return this.format.part(chunks);
  }
}
