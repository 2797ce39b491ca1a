/** The contract of a provider that answers chat: pure functions from the OpenAI hub to the provider's wire and back. */
import type { ChatCompletion, ChatCompletionChunk, ChatCompletionRequest } from '../schema/openai/chat.js';
import type { GenerateContentRequest } from '../schema/google/generate-content-request.js';
import type { MessagesRequest } from '../schema/anthropic/messages-request.js';
import type { CompletionRequest } from '../schema/openai/completions.js';
import type { ResponsesRequest } from '../schema/openai/responses.js';
import type { GatewayError } from '../errors/gateway-error.js';
import type { FollowUp } from './endpoint-adapter.js';
import type { NativeStreamTap } from './native-stream-tap.js';
import type { Endpoint, InboundHeaders, InboundResponse, OutboundRequest } from './outbound.js';
import type { ParameterPolicy } from './parameters.js';
import type { Usage } from './usage.js';

/** One chat request on its way to one deployment. */
export interface ChatCall {
  /** The client's body with the deployment's defaults merged in; `model` is still the client's name. */
  readonly body: ChatCompletionRequest;
  /** The provider's name of the model, without the provider prefix. */
  readonly model: string;
  readonly stream: boolean;
  readonly endpoint: Endpoint;
  readonly parameters: ParameterPolicy;
  /** Epoch seconds for answers whose provider gives no creation time. */
  readonly created: number;
  /** The id for answers whose provider gives none: `chatcmpl-...`. */
  readonly responseId: string;
  /** What lies behind the addresses that `ChatAdapter.remoteMedia` named. */
  readonly media?: ReadonlyMap<string, FetchedMedia>;
}

/** A picture or document that was fetched for a provider that takes no addresses. */
export interface FetchedMedia {
  /** Such as `image/png`, from the answer's header or the first bytes. */
  readonly mediaType: string;
  readonly base64: string;
}

/** A whole answer in the hub's shape, and its usage in ours. */
export interface ParsedChatResponse {
  readonly completion: ChatCompletion;
  /** Undefined where the provider reported none. */
  readonly usage: Usage | undefined;
}

/**
 * Turns the bytes of one streamed answer into hub chunks. Bytes may be cut anywhere.
 *
 * Both methods throw a `GatewayError`: `upstream_stream_error` (or the catalog's finer code) for an error event,
 * `upstream_invalid_response` for what cannot be parsed, `upstream_stream_truncated` from `end` where the provider's
 * own end marker never came. A finish reason is never made up. Chunks carry no `usage`: the reader of the parser decides
 * from `usage` whether the client is sent a usage chunk.
 */
export interface ChatStreamParser {
  push(bytes: Uint8Array): readonly ChatCompletionChunk[];
  /** The connection has ended cleanly: the chunks still held back. */
  end(): readonly ChatCompletionChunk[];
  /** Chunks that were good, from a `push` or `end` that threw; empty otherwise. They are sent before the error is. */
  readonly beforeFault: readonly ChatCompletionChunk[];
  /** The provider's own end marker has been seen: nothing more is to come. */
  readonly finished: boolean;
  /** The newest usage; complete once `finished`. */
  readonly usage: Usage | undefined;
}

export interface ChatAdapter {
  /** The OpenAI parameters that reach the provider for this model; the documentation's matrix is made from it. */
  supportedParams(model: string): ReadonlySet<string>;
  /** True where parameters that OpenAI does not define are passed on as they are. */
  readonly passesUnknownParams: boolean;
  /** The content types of a streamed answer, lower case; server-sent events where absent. */
  readonly streamMediaTypes?: readonly string[];
  /** The http(s) addresses in `call.body` that the provider does not fetch by itself; `buildRequest` finds them in `call.media`. */
  remoteMedia?(call: ChatCall): readonly string[];
  /** Throws `unsupported_parameter` or `invalid_request` for what the provider cannot take. Sets no credentials. */
  buildRequest(call: ChatCall): OutboundRequest;
  /**
   * Reads a 2xx answer. Throws `upstream_invalid_response` for one that is none. A follow-up of a streamed call leads to
   * the stream.
   */
  parseResponse(response: InboundResponse, call: ChatCall): ParsedChatResponse | FollowUp;
  createStreamParser(call: ChatCall): ChatStreamParser;
  /** Reads any other answer, and never throws. */
  parseError(response: InboundResponse): GatewayError;
}

/** What clients speak, and the body of a request in each. */
export interface DialectBodies {
  'openai-chat': ChatCompletionRequest;
  'openai-completions': CompletionRequest;
  'openai-responses': ResponsesRequest;
  'anthropic-messages': MessagesRequest;
  'gemini-generate-content': GenerateContentRequest;
}

export type Dialect = keyof DialectBodies;

export type { NativeStreamTap } from './native-stream-tap.js';

/** One request that is passed through in the dialect that it came in. */
export interface NativeCall<Body = ChatCompletionRequest> extends Omit<ChatCall, 'body'> {
  /** The client's body with the deployment's defaults merged in; `model` is still the client's name. */
  readonly body: Body;
  /** The client's body as it came, before parsing. Whoever changes a value within `body` hands in the bytes of that. */
  readonly bytes: Buffer;
  /** Headers by which the dialect says more about the request, such as `anthropic-beta`; lower-case names. */
  readonly clientHeaders?: Readonly<Record<string, string>>;
}

/** The pair for a provider that speaks the client's own dialect: nothing is translated, nothing is lost. */
export interface NativeAdapter<Body = ChatCompletionRequest> {
  /** False where this call needs translation after all (a renamed parameter in the answer, a default of the deployment). */
  accepts(call: NativeCall<Body>): boolean;
  /** As `ChatAdapter.streamMediaTypes`; what the tap gives out is the client's dialect all the same. */
  readonly streamMediaTypes?: readonly string[];
  /** As `ChatAdapter.remoteMedia`. */
  remoteMedia?(call: NativeCall<Body>): readonly string[];
  buildRequest(call: NativeCall<Body>): OutboundRequest;
  /** Checks and reads a whole 2xx answer; `body` is what the client gets, the same bytes wherever possible. */
  readResponse(
    response: { headers: InboundHeaders; body: Buffer },
    call: NativeCall<Body>,
  ): { body: Buffer; usage: Usage | undefined };
  createStreamTap(call: NativeCall<Body>): NativeStreamTap;
  /** Reads such a stream as the hub's chunks, where `ChatAdapter.createStreamParser` reads one of another form. */
  createStreamParser?(call: ChatCall): ChatStreamParser;
}

/** The dialects besides the hub's that a provider speaks by itself. */
export type NativeAdapters = { readonly [Each in Dialect]?: NativeAdapter<DialectBodies[Each]> };
