/** A provider of a user's own, as data. */

/** What a user says of an own OpenAI-compatible provider. */
export interface CustomProvider {
  /** The prefix in `acme/model-1`: lower case, digits and underscores. */
  readonly id: string;
  readonly displayName?: string;
  /** Absolute, with the API's path. */
  readonly baseUrl: string;
  /** Environment variables that may hold the key, and another address. */
  readonly apiKeyVariables: readonly string[];
  readonly baseUrlVariables: readonly string[];
  /** Whether a deployment without a key is left out. */
  readonly needsApiKey: boolean;
  /** `authorization` with `Bearer ` where absent. */
  readonly keyHeader?: { readonly name: string; readonly prefix: string };
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly serves: readonly (
    /** Files and batches. */
    'batches' | 'chat' | 'embeddings' | 'images' | 'moderations' | 'rerank' | 'speech' | 'transcription'
  )[];
  /** OpenAI's name of a chat parameter to the provider's. */
  readonly renamed: Readonly<Record<string, string>>;
  /** Chat parameters that it refuses. */
  readonly unsupported: readonly string[];
  /** False where streams take no `stream_options`. */
  readonly asksForStreamUsage: boolean;
  /** Names of quirks (`core/providers/openai-compatible/named-quirks.ts`); others are left out. */
  readonly quirks: readonly string[];
}
