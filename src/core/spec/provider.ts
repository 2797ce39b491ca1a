/** The contract of a provider: who it is, how it is reached, and one optional key for each endpoint it serves. */
import type { BatchAdapter } from './batch-adapter.js';
import type { ChatAdapter, ChatCall, NativeAdapters, ParsedChatResponse } from './chat-adapter.js';
import type { CredentialExchange } from './credential-exchange.js';
import type {
  EmbeddingAdapter,
  ImageAdapter,
  ModerationAdapter,
  RerankAdapter,
  SpeechAdapter,
  TranscriptionAdapter,
} from './endpoint-adapter.js';
import type { FileAdapter } from './file-adapter.js';
import type { Credentials, OutboundRequest } from './outbound.js';
import type { StoredResponsesAdapter } from './stored-responses.js';
import type { TokenCountAdapters } from './token-count-adapter.js';

/** A provider that answers within the process: no network, no credentials. Its streams are its answer cut into words. */
export interface LocalChat {
  answer(call: ChatCall): ParsedChatResponse;
}

/** An absent endpoint key means "unsupported": the error and the support matrix in the docs both come from it. */
export interface ProviderDefinition {
  /** The prefix in `groq/llama-3.3-70b`. */
  readonly id: string;
  /** The name that people know, for the docs. */
  readonly displayName: string;
  readonly env: ProviderVariables;
  /** Absolute, with the API's path: `https://api.openai.com/v1`. Absent where each user has an own one. */
  readonly defaultBaseUrl?: string;
  /**
   * The address that follows from the settings (a region, a project, an account), in the form of `defaultBaseUrl`. Asked
   * once per deployment where no address is configured; `configured` is that of a deployment which has one, for
   * providers that complete it; `credentials` tell by their kind which of its addresses a provider is asked at.
   * Undefined where what it needs is missing.
   */
  locate?(
    settings: Readonly<Record<string, unknown>>,
    configured: string | undefined,
    credentials?: Credentials,
  ): string | undefined;
  /** False for providers that answer without a key, such as a local server. */
  readonly needsApiKey: boolean;
  /** What to send for a token; absent where the configured credentials go out as they are. */
  readonly credentialExchange?: CredentialExchange;
  /** Sets headers or signs; no I/O. A promise only where signing needs one. */
  authenticate(
    request: OutboundRequest,
    credentials: Credentials,
    context: SigningContext,
  ): OutboundRequest | Promise<OutboundRequest>;
  readonly chat?: ChatAdapter;
  readonly local?: LocalChat;
  readonly native?: NativeAdapters;
  /** By the dialect that it counts in. */
  readonly tokenCounts?: TokenCountAdapters;
  readonly embeddings?: EmbeddingAdapter;
  readonly rerank?: RerankAdapter;
  /** Generation and, where the body has `image`, edits. */
  readonly images?: ImageAdapter;
  readonly transcription?: TranscriptionAdapter;
  readonly speech?: SpeechAdapter;
  readonly moderations?: ModerationAdapter;
  /** Of providers that speak the Responses API and keep what they answer. */
  readonly storedResponses?: StoredResponsesAdapter;
  readonly files?: FileAdapter;
  /** Only together with `files`, which hold what goes in and comes out. */
  readonly batches?: BatchAdapter;
}

/** What a signature depends on besides the request and the secret. */
export interface SigningContext {
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** The deployment's settings (`ParameterPolicy.provider`): `aws_region_name`, ... */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Environment variables, each list tried in order. */
export interface ProviderVariables {
  readonly apiKey?: readonly string[];
  readonly baseUrl?: readonly string[];
  /** For settings that are not configured, by their wire name: `aws_region_name`, `vertex_project`. */
  readonly settings?: Readonly<Record<string, readonly string[]>>;
  /** For secrets besides the key that are not configured, by the name that `authenticate` and the exchange know: `awsSecretAccessKey`. */
  readonly credentials?: Readonly<Record<string, readonly string[]>>;
}

/** Finds providers by id; `core/providers/registry.ts` implements it. */
export interface ProviderRegistry {
  find(id: string): ProviderDefinition | null;
  readonly ids: readonly string[];
}
