/** The contract of the endpoints besides chat: embeddings, rerank, images, audio, moderation. Their answers are one piece, or bytes to pass on. */
import type { GatewayError } from '../errors/gateway-error.js';
import type { EmbeddingRequest, EmbeddingResponse } from '../schema/openai/embeddings.js';
import type { ImageRequest, ImageResponse } from '../schema/openai/images.js';
import type { ModerationRequest, ModerationResponse } from '../schema/openai/moderations.js';
import type { SpeechRequest, Transcription, TranscriptionRequest } from '../schema/openai/audio.js';
import type { RerankRequest, RerankResponse } from '../schema/rerank.js';
import type { NativeStreamTap } from './native-stream-tap.js';
import type { Endpoint, InboundResponse, OutboundRequest } from './outbound.js';
import type { ParameterPolicy } from './parameters.js';
import type { Usage } from './usage.js';

/** One request to such an endpoint, on its way to one deployment. */
export interface EndpointCall<Body> {
  /** The client's body with the deployment's defaults merged in; `model` is still the client's name. */
  readonly body: Body;
  /** The provider's name of the model, without the provider prefix. */
  readonly model: string;
  readonly endpoint: Endpoint;
  readonly parameters: ParameterPolicy;
  /** Epoch seconds for answers whose provider gives no creation time. */
  readonly created: number;
  /** The id for answers whose provider gives none. */
  readonly responseId: string;
}

export interface ParsedAnswer<Answer> {
  readonly answer: Answer;
  /** Undefined where the provider reported none. */
  readonly usage: Usage | undefined;
}

/** The answer is not there yet, or lies elsewhere: send this, after so long, and read what comes back with the same adapter. */
export interface FollowUp {
  readonly next: OutboundRequest;
  /** Milliseconds; 0 asks at once. */
  readonly afterMs: number;
}

/** For providers that take in pieces what clients send at once, such as one text in a request. */
export interface CallPieces<Body, Answer> {
  /** The calls in their order, at least one; they are sent one after the other. The call itself where it can go in one. */
  split(call: EndpointCall<Body>): readonly EndpointCall<Body>[];
  /** One answer of several, in the order of their calls; their usages are added up. */
  join(answers: readonly Answer[]): Answer;
}

export interface EndpointAdapter<Body, Answer> {
  readonly pieces?: CallPieces<Body, Answer>;
  /** True where files go out within the request's JSON: `buildRequest` is then given all of them in memory. */
  readonly inlinesFiles?: true;
  /** The parameters of the endpoint that reach the provider for this model; the documentation's matrix is made from it. */
  supportedParams(model: string): ReadonlySet<string>;
  /** Throws `unsupported_parameter` or `invalid_request` for what the provider cannot take. Sets no credentials. */
  buildRequest(call: EndpointCall<Body>): OutboundRequest;
  /** Reads a 2xx answer. Throws `upstream_invalid_response` for one that is none. */
  parseResponse(response: InboundResponse, call: EndpointCall<Body>): ParsedAnswer<Answer> | FollowUp;
  /**
   * Passes a 2xx answer on while it comes; undefined for one that `parseResponse` is to read as a whole. Absent where all are.
   * Asked only where the caller takes a stream.
   */
  openStream?(head: Omit<InboundResponse, 'body'>, call: EndpointCall<Body>): AnswerStream | undefined;
  /** Reads any other answer, and never throws. */
  parseError(response: InboundResponse): GatewayError;
}

/** An answer of such an endpoint that is passed on in the provider's own bytes; faults as `NativeStreamTap` has them. */
export interface AnswerStream extends NativeStreamTap {
  readonly contentType: string;
}

/** Sound as the provider made it. */
export interface SpeechAudio {
  /** Such as `audio/mpeg`. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export type EmbeddingAdapter = EndpointAdapter<EmbeddingRequest, EmbeddingResponse>;
export type RerankAdapter = EndpointAdapter<RerankRequest, RerankResponse>;
export type ImageAdapter = EndpointAdapter<ImageRequest, ImageResponse>;
export type TranscriptionAdapter = EndpointAdapter<TranscriptionRequest, Transcription>;
export type SpeechAdapter = EndpointAdapter<SpeechRequest, SpeechAudio>;
export type ModerationAdapter = EndpointAdapter<ModerationRequest, ModerationResponse>;

export function isFollowUp(parsed: object): parsed is FollowUp {
  return 'next' in parsed;
}
