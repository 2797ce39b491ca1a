/** What one row of the catalog of OpenAI-compatible providers says. */
import type { Quirk } from './quirk.js';

export interface CatalogRow {
  /** The prefix in `groq/llama-3.3-70b`: lower case, digits and underscores. */
  readonly id: string;
  /** The name that people know. */
  readonly displayName: string;
  /** Where the facts of the row come from. */
  readonly docs: string;
  /** Absolute https, with the API's path. Absent where each user has an own server. */
  readonly defaultBaseUrl?: string;
  readonly env: { readonly apiKey: readonly string[]; readonly baseUrl?: readonly string[] };
  /** Default true. */
  readonly needsApiKey?: boolean;
  /** OpenAI parameters that the provider refuses; all others are passed on. */
  readonly unsupported?: readonly string[];
  /** OpenAI's name to the provider's. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Sent with every request; lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly quirks?: readonly Quirk[];
  /** False where a stream reports usage by itself and `stream_options` is not taken. Default true. */
  readonly asksForStreamUsage?: boolean;
}
