/** Chooses who reads a native answer: the provider's own adapters for what they know, the names of its members for the rest. */
import type {
  ChatCall,
  ChatStreamParser,
  Deployment,
  Dialect,
  InboundResponse,
  NativeAdapter,
  NativeCall,
  Usage,
} from '../../core/spec/index.js';
import type { ChatCompletionChunk } from '../../core/schema/openai/chat.js';
import { hasContent } from '../../core/schema/openai/chunk-content.js';
import { isFollowUp } from '../../core/spec/endpoint-adapter.js';
import { answerText } from '../../core/tokens/answer-text.js';
import { addUsage } from '../../core/transport/add-usage.js';
import { SseDecoder } from '../../core/transport/sse-decoder.js';
import type { AskedModel, JsonBody } from '../native/asked-model.js';
import { plainUsage } from './plain-usage.js';

/** A stream in reading; what its `push` and `end` throw says that it cannot be read, or that it told of an error. */
export interface StreamReading {
  push(bytes: Buffer): unknown;
  end(): unknown;
  readonly usage: Usage | undefined;
  readonly contentEvents?: number;
  /** The provider's own end marker has been seen. */
  readonly finished?: boolean;
}

export interface AnswerReading {
  /** Never throws: undefined where the usage cannot be read. */
  whole(response: InboundResponse & { readonly body: Buffer }): Usage | undefined;
  stream?(): StreamReading;
  /** The text of so much of a stream. */
  textOf?(received: Buffer): string | undefined;
  /** Tokens are generated, and not only read. */
  readonly generates: boolean;
}

/** What was asked, as far as its answer cannot be read without it. */
export interface ReadRequest {
  readonly deployment: Deployment;
  /** Decoded, without the prefix. */
  readonly path: string;
  readonly asked: AskedModel;
  readonly body: JsonBody | undefined;
  readonly bytes: Buffer;
}

const dialects: readonly (readonly [pattern: RegExp, dialect: Dialect])[] = [
  [/\/chat\/completions$/, 'openai-chat'],
  [/\/responses$/, 'openai-responses'],
  [/\/completions$/, 'openai-completions'],
  [/\/messages$|:(?:r|streamR)awPredict$/, 'anthropic-messages'],
  [/:(?:g|streamG)enerateContent$/, 'gemini-generate-content'],
];
const claudeAtBedrock = /\/model\/[^/]*(?:anthropic|claude)[^/]*\/invoke(?:-with-response-stream)?$/;
const converse = /\/converse(?:-stream)?$/;
const cohereChat = /\/v2\/chat$/;
const endpoints = [
  [/\/embeddings$|\/embed$/, 'embeddings'],
  [/\/rerank$/, 'rerank'],
  [/\/images\/(?:generations|edits)$/, 'images'],
  [/\/audio\/transcriptions$/, 'transcription'],
] as const;
/** What is asked by other methods is read, changed or removed, and costs no tokens. */
const metered = /\/(?:chat|completions|responses|messages|embed|embeddings|rerank|converse|converse-stream|invoke|invoke-with-response-stream|generations|edits|transcriptions|translations|speech|moderations|classify|fim|ocr|listen|realtime)$|:[A-Za-z]+$/; // prettier-ignore

/** Undefined where no tokens are billed for an answer, as far as is known. */
export function answerReading(request: ReadRequest): AnswerReading | undefined {
  const { deployment, path } = request;
  if (!metered.test(path) || /\/count_tokens$|:countTokens$/.test(path)) return undefined;
  const { provider } = deployment;
  const dialect = claudeAtBedrock.test(path)
    ? 'anthropic-messages'
    : dialects.find(([pattern]) => pattern.test(path))?.[1];
  const adapter = dialect && provider.native?.[dialect];
  if (adapter) return nativeReading(request, adapter);
  const isHub = converse.test(path) || (provider.id === 'cohere' && cohereChat.test(path)) || dialect === 'openai-chat';
  if (isHub && provider.chat) return chatReading(request);
  const kind = endpoints.find(([pattern]) => pattern.test(path))?.[1];
  return plainReading(request, kind);
}

function nativeReading(request: ReadRequest, adapter: NativeAdapter<JsonBody>): AnswerReading {
  const call: NativeCall<JsonBody> = { ...chatCall(request), body: request.body ?? {}, bytes: request.bytes };
  const parser = (): ChatStreamParser | undefined => {
    const hub = chatCall(request);
    return adapter.createStreamParser?.(hub) ?? request.deployment.provider.chat?.createStreamParser(hub);
  };
  return {
    generates: true,
    whole: (response) => quietly(() => wholeNative(response, adapter, call)) ?? plainUsageIn(response),
    stream: () => adapter.createStreamTap(call),
    textOf: (received) => textBy(parser, received),
  };
}

/** Gemini answers a stream that is not asked for as events with one JSON array. */
function wholeNative(
  response: InboundResponse & { readonly body: Buffer },
  adapter: NativeAdapter<JsonBody>,
  call: NativeCall<JsonBody>,
): Usage | undefined {
  const { headers, body } = response;
  if (body[0] !== 0x5b) return adapter.readResponse({ headers, body }, call).usage;
  const last = (JSON.parse(body.toString()) as unknown[]).at(-1);
  return adapter.readResponse({ headers, body: Buffer.from(JSON.stringify(last)) }, call).usage;
}

function chatReading(request: ReadRequest): AnswerReading {
  const call = chatCall(request);
  const chat = request.deployment.provider.chat;
  return {
    generates: true,
    whole: (response) =>
      quietly(() => {
        const parsed = chat?.parseResponse(response, call);
        return parsed && !isFollowUp(parsed) ? parsed.usage : undefined;
      }) ?? plainUsageIn(response),
    ...(chat && { stream: () => new ParsedStream(chat.createStreamParser(call)) }),
    textOf: (received) => textBy(() => chat?.createStreamParser(call), received),
  };
}

function plainReading(request: ReadRequest, kind: (typeof endpoints)[number][1] | undefined): AnswerReading {
  const { deployment, body = {} } = request;
  const adapter = kind && deployment.provider[kind];
  const { messages: _none, ...call } = { ...chatCall(request), messages: undefined };
  return {
    generates: kind === undefined,
    whole: (response) =>
      quietly(() => {
        const parsed = adapter?.parseResponse(response, { ...call, body: body as never });
        return parsed && !isFollowUp(parsed) ? parsed.usage : undefined;
      }) ??
      plainUsageIn(response) ??
      countedInHeaders(response),
    stream: () => new PlainStream(),
  };
}

function chatCall({ deployment, path, asked }: ReadRequest): ChatCall {
  const model = asked.name ?? deployment.model;
  return {
    body: { model, messages: [] },
    // Bedrock's adapters are told by the name which of its two APIs has answered.
    model: converse.test(path) ? `converse/${model}` : model,
    stream: asked.stream,
    endpoint: deployment.endpoint,
    parameters: deployment.parameters,
    created: 0,
    responseId: '',
  };
}

/** A stream that is read as the hub's chunks: those with content are counted, as a tap counts its events. */
class ParsedStream implements StreamReading {
  contentEvents = 0;

  constructor(private readonly parser: ChatStreamParser) {}

  get usage(): Usage | undefined {
    return this.parser.usage;
  }

  get finished(): boolean {
    return this.parser.finished;
  }

  push(bytes: Buffer): void {
    this.count(this.parser.push(bytes));
  }

  end(): void {
    this.count(this.parser.end());
  }

  private count(chunks: readonly ChatCompletionChunk[]): void {
    for (const chunk of chunks) if (hasContent(chunk)) this.contentEvents += 1;
  }
}

/** Server-sent events of an API that no adapter reads: the last usage that any of them tells. */
class PlainStream implements StreamReading {
  usage: Usage | undefined;
  private readonly decoder = new SseDecoder();

  push(bytes: Buffer): void {
    this.read(this.decoder.push(bytes));
  }

  end(): void {
    this.read(this.decoder.end());
  }

  private read(events: readonly { readonly data: string }[]): void {
    for (const { data } of events) {
      if (!/usage|billed_units/i.test(data)) continue;
      const found = quietly(() => plainUsage(JSON.parse(data)));
      if (!found) continue;
      // Anthropic's tell the prompt first, and the answer at the end.
      const promptTokens = found.promptTokens || (this.usage?.promptTokens ?? 0);
      this.usage = { ...this.usage, ...found, promptTokens };
    }
  }
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html */
function countedInHeaders({ headers }: InboundResponse): Usage | undefined {
  const [promptTokens, completionTokens] = ['input', 'output'].map((side) =>
    Number(headers[`x-amzn-bedrock-${side}-token-count`] ?? NaN),
  );
  if (!Number.isFinite(promptTokens ?? NaN) && !Number.isFinite(completionTokens ?? NaN)) return undefined;
  return { promptTokens: promptTokens || 0, completionTokens: completionTokens || 0 };
}

function plainUsageIn({ body }: InboundResponse & { readonly body: Buffer }): Usage | undefined {
  return quietly(() => plainUsage(JSON.parse(body.toString())));
}

function textBy(create: () => ChatStreamParser | undefined, received: Buffer): string | undefined {
  const parser = create();
  if (!parser) return undefined;
  try {
    return answerText(parser.push(received));
  } catch {
    // Cut off in the middle of an event: what came before it is what was sent.
    return answerText(parser.beforeFault);
  }
}

/** An answer that cannot be read is passed on all the same. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // it leaves a row without usage, which says that its price is not known
  }
}

/** Several answers within one connection. */
export function addedUsage(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  return one && other ? addUsage(one, other) : (one ?? other);
}
