/** The two sides of the matrix: what clients write and read, and what providers understand and answer. */
import type { ClientDialect, PathTarget } from '../../dialects/client-dialect.js';
import type { Credentials, Dialect, ProviderDefinition } from '../../spec/index.js';
import type { SentRequest } from '../fake-upstream.js';
import type { Answered, Asked, Feature, JsonObject, Setup, Turn } from './meaning.js';

export type ClientName = 'openai-chat' | 'responses' | 'messages' | 'gemini';
export type ProviderName = 'openai' | 'anthropic' | 'gemini' | 'bedrock' | 'cohere' | 'mistral' | 'ollama';

export interface Client {
  readonly name: ClientName;
  readonly title: string;
  readonly dialect: ClientDialect<Dialect>;
  /** Which parts of an answer the dialect has a place for. */
  readonly shows: { readonly reasoningTokens: boolean; readonly stoppedBy: boolean };
  /** A conversation as the client's SDK keeps it: what was answered goes back as it came. */
  open(): Conversation;
}

export interface Conversation {
  says(turn: Exclude<Turn, { by: 'assistant' }>): void;
  request(setup: Setup, stream: boolean): { readonly body: JsonObject; readonly path?: PathTarget };
  /** Reads an answer and keeps it. Throws where a stream's events are out of order or do not agree with each other. */
  hears(answer: string, streamed: boolean): Answered;
}

export interface Provider {
  readonly name: ProviderName;
  readonly title: string;
  readonly definition: ProviderDefinition;
  readonly credentials: Credentials;
  model(feature: Feature): string;
  /** Which parts of an answer its wire has a place for. */
  readonly tells: Readonly<Record<'cached' | 'reasoningTokens' | 'stoppedBy', boolean>>;
  /** Answers a request that it does not take. */
  refuse?(request: SentRequest): Reply | undefined;
  /** Understands a request in its wire form. Throws for members that the provider does not document. */
  understand(request: SentRequest): Asked;
  /** Answers it in its wire form. */
  answer(request: SentRequest, asked: Asked, answer: Answered): Reply;
}

export interface Reply {
  readonly status?: number;
  readonly contentType: string;
  readonly body: string | Buffer;
}
