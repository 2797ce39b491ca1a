/** One provider's answer on its way to one client: what translates it, and what takes it. */
import type { ChatCompletion, ChatCompletionChunk } from '../schema/openai/chat.js';
import type { GatewayError } from '../errors/gateway-error.js';
import type { FollowUp } from './endpoint-adapter.js';
import type { InboundHeaders, InboundResponse, OutboundRequest } from './outbound.js';
import type { Usage } from './usage.js';

/** How hub answers become what a client reads: bytes for a client over HTTP, the objects themselves for the library. */
export interface AnswerFormat<Whole, Part> {
  /** True where a stream always closes with its usage, asked for or not. */
  readonly needsUsage?: boolean;
  whole(completion: ChatCompletion): Whole;
  part(chunks: readonly ChatCompletionChunk[]): Part;
  /** What closes a stream: the usage where the client asked for it (then `usage` is given), and the end marker. */
  tail(last: ChatCompletionChunk | undefined, usage: Usage | undefined): Part;
}

/** One streamed answer in translation; errors as `ChatStreamParser` has them. */
export interface StreamTranslation<Part> {
  push(bytes: Buffer): Part | undefined;
  end(): Part | undefined;
  /** What closes the stream towards the client, where `end` has not given it already. */
  tail?(): Part;
  /** What was still good in a `push` or `end` that threw. */
  readonly beforeFault: Part | undefined;
  readonly finished: boolean;
  readonly usage: Usage | undefined;
  readonly contentEvents: number;
  /** Where it is not the sink's usual one. */
  readonly contentType?: string;
  /** True for sound and the like: none of it is held back, and none kept for counting tokens. */
  readonly opaque?: boolean;
}

/** The request to send for one call, and how its answer is read. */
export interface Translation<Whole, Part> {
  /** Without credentials yet. */
  readonly request: OutboundRequest;
  /** A follow-up where the answer is not there yet. */
  readWhole(response: { status: number; headers: InboundHeaders; body: Buffer }): WholeAnswer<Whole> | FollowUp;
  /** The content types of a stream, lower case; `any` where whatever comes is the stream. */
  readonly streamMediaTypes: readonly string[] | 'any';
  /** Reads an answer that failed; never throws. */
  parseError(response: InboundResponse): GatewayError;
  openStream(): StreamTranslation<Part>;
  /**
   * In place of `streamMediaTypes` and `openStream` where a stream may be asked for and a whole answer come: what reads the
   * answer with this head, undefined for one that is to be read as a whole.
   */
  openAnswer?(head: AnswerHead): StreamTranslation<Part> | undefined;
}

export interface WholeAnswer<Whole> {
  readonly answer: Whole;
  /** Where it is not JSON. */
  readonly contentType?: string;
  readonly usage: Usage | undefined;
}

/** What came with the answer besides its body. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: InboundHeaders;
}

/** Takes one answer. `begin` comes before the first `part`; `whole` stands alone. */
export interface AnswerSink<Whole, Part> {
  whole(answer: WholeAnswer<Whole>, head: AnswerHead): void;
  begin(head: AnswerHead, contentType?: string): void;
  /** False asks for a pause until the callback given to `onDrain` is called. */
  part(part: Part): boolean;
  onDrain(resume: () => void): void;
}

/** What a call has come to so far; valid at any moment, also after a failure. */
export interface CallProgress {
  /** Monotonic milliseconds; undefined until it happened. */
  readonly sentAt: number | undefined;
  readonly headAt: number | undefined;
  readonly firstPartAt: number | undefined;
  /** The sink has been given something: nothing may be retried any more. */
  readonly begun: boolean;
  readonly usage: Usage | undefined;
  readonly contentEvents: number;
  /** What the provider's answer began with, one that failed included; undefined until it has come, and for one that is made here. */
  readonly head?: AnswerHead | undefined;
}

/** One running attempt, over the network or within the process. */
export interface RunningCall extends CallProgress {
  /** Resolves when the sink has the whole answer. Rejects with a `GatewayError`. */
  run(): Promise<void>;
  /** Ends the call at once: its connection closes, and `run` rejects with `error`. */
  abort(error: GatewayError): void;
  /** The raw bytes that a stream has received so far, up to 256 KiB: for counting tokens when it was cut off. */
  readonly received: Buffer;
}
