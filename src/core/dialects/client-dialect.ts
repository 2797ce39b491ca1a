/** What a dialect that clients speak is made of: reading its requests, translating them to the hub, writing its answers. */
import type { ChatCompletionRequest } from '../schema/openai/chat.js';
import type { AnswerFormat, Dialect, DialectBodies } from '../spec/index.js';

/** A request as its dialect's reader has checked it. */
export interface ParsedRequest<Body> {
  readonly body: Body;
  /** The body as it came. */
  readonly bytes: Buffer;
  readonly stream: boolean;
  /** Names of addresses and credentials that the caller tried to set. */
  readonly reservedMembers: readonly string[];
}

/** What a request's path says of it. */
export interface PathTarget {
  readonly model?: string;
  /** Where the path alone tells whether an answer is streamed. */
  readonly stream?: boolean;
}

/** What the provider's model takes of the things that not all take. */
export interface HubReceiver {
  /** Parameters by the hub's name: `thinking`, `reasoning_effort`, ... */
  readonly supported: ReadonlySet<string>;
}

/** What an answer is written for. */
export interface AnswerContext<Body> {
  readonly body: Body;
  /** The provider's name of the model. */
  readonly model: string;
  /** The id for answers whose provider gives none. */
  readonly responseId: string;
  /** Epoch seconds. */
  readonly created: number;
}

export interface ClientDialect<Spoken extends Dialect> {
  readonly name: Spoken;
  /** @throws GatewayError for a body that is no request of the dialect */
  read(bytes: Buffer, path?: PathTarget): ParsedRequest<DialectBodies[Spoken]>;
  /** @throws GatewayError `invalid_request` for what the hub cannot carry */
  toHub(body: DialectBodies[Spoken], receiver: HubReceiver): ChatCompletionRequest;
  /** One for each answer: a stream's events may depend on those before. */
  format(context: AnswerContext<DialectBodies[Spoken]>): AnswerFormat<string, string>;
}
