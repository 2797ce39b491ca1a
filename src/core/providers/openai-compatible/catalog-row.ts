/** What one row of the catalog of OpenAI-compatible providers says. */
import type { ProviderDefinition, ProviderVariables } from '../../spec/provider.js';
import type { JsonObject, Quirk, RequestTarget } from './quirk.js';

/** The endpoints besides chat that OpenAI defines, and rerank, whose shape is Cohere's. */
export type RowEndpoint = 'embeddings' | 'images' | 'transcription' | 'speech' | 'moderations' | 'rerank';

/** Where one endpoint of a provider departs from the common shape. */
export interface EndpointFacts {
  /** Below the base URL, with a leading slash; `{model}` is replaced. */
  readonly path?: string;
  /** Parameters of the endpoint that the provider refuses. */
  readonly unsupported?: readonly string[];
  /** The common name to the provider's. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** True where `stream` gives OpenAI's events; where it is absent, `stream` is refused. */
  readonly streams?: true;
  /** What follows the name of a list's field in a form; `[]` where absent. */
  readonly listMark?: string;
  /** Changes the body on its way out, after policy and renames; pure, and its argument itself where there is nothing to do. */
  readonly request?: (body: JsonObject, call: RequestTarget) => JsonObject;
}

export interface CatalogRow {
  /** The prefix in `groq/llama-3.3-70b`: lower case, digits and underscores. */
  readonly id: string;
  /** The name that people know. */
  readonly displayName: string;
  /** Where the facts of the row come from. */
  readonly docs: string;
  /** Absolute https, with the API's path. Absent where each user has an own server. */
  readonly defaultBaseUrl?: string;
  /** Where the address follows from settings, such as an account; see `ProviderDefinition.locate`. */
  readonly locate?: ProviderDefinition['locate'];
  readonly env: ProviderVariables & { readonly apiKey: readonly string[] };
  /** Default true. */
  readonly needsApiKey?: boolean;
  /** The header that carries the key; `authorization` with `Bearer ` before the key where absent. */
  readonly keyHeader?: { readonly name: string; readonly prefix?: string };
  /** False where the provider serves other endpoints only. */
  readonly chat?: false;
  /** The endpoints that it serves besides chat. */
  readonly serves?: readonly RowEndpoint[];
  /** True where its files and batches are documented to be OpenAI's. */
  readonly filesAndBatches?: boolean;
  /** The models that complete texts by OpenAI's older endpoint; none where absent. */
  readonly completesTexts?: (model: string) => boolean;
  /** OpenAI's chat parameters that the provider refuses; all others are passed on. */
  readonly unsupported?: readonly string[];
  /** OpenAI's name of a chat parameter to the provider's. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Where chat lies below the base URL; `/chat/completions` where absent. `{model}` is replaced. */
  readonly chatPath?: string;
  /** The members of a body that name the model; `{model}` where absent. */
  readonly modelMembers?: (call: RequestTarget) => JsonObject;
  /** Departures of the endpoints besides chat. */
  readonly endpoints?: Partial<Readonly<Record<RowEndpoint, EndpointFacts>>>;
  /** Added to every path. */
  readonly query?: Readonly<Record<string, string>>;
  /** The whole path and query of a request, for providers whose addresses follow no template; `endpointPath` is `/embeddings`. */
  readonly path?: (endpointPath: string, call: RequestTarget) => string;
  /** Sent with every request; lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Of chat; their `headers` hold for every endpoint. */
  readonly quirks?: readonly Quirk[];
  /** False where a stream reports usage by itself and `stream_options` is not taken. Default true. */
  readonly asksForStreamUsage?: boolean;
}
