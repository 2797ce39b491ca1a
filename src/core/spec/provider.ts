/** The contract of a provider: who it is, how it is reached, and one optional key for each endpoint it serves. */
import type { ChatAdapter, ChatCall, Dialect, NativeAdapter, ParsedChatResponse } from './chat-adapter.js';
import type { Credentials, OutboundRequest } from './outbound.js';

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
  /** Environment variables, tried in order. */
  readonly env: { readonly apiKey?: readonly string[]; readonly baseUrl?: readonly string[] };
  /** Absolute, with the API's path: `https://api.openai.com/v1`. Absent where each user has an own one. */
  readonly defaultBaseUrl?: string;
  /** False for providers that answer without a key, such as a local server. */
  readonly needsApiKey: boolean;
  /** Sets headers or signs; no I/O. A promise only where signing needs one. */
  authenticate(request: OutboundRequest, credentials: Credentials): OutboundRequest | Promise<OutboundRequest>;
  readonly chat?: ChatAdapter;
  readonly local?: LocalChat;
  readonly native?: Partial<Record<Dialect, NativeAdapter>>;
}

/** Finds providers by id; `core/providers/registry.ts` implements it. */
export interface ProviderRegistry {
  find(id: string): ProviderDefinition | null;
  readonly ids: readonly string[];
}
