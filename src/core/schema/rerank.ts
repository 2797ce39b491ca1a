/** The rerank wire shapes, Cohere's: what clients of every rerank endpoint send and read. */
// https://docs.cohere.com/reference/rerank

export interface RerankRequest {
  readonly model: string;
  readonly query: string;
  readonly documents: readonly (string | Readonly<Record<string, unknown>>)[];
  readonly top_n?: number | null;
  readonly return_documents?: boolean | null;
  /** The members of object documents that count. */
  readonly rank_fields?: readonly string[] | null;
  readonly max_chunks_per_doc?: number | null;
  readonly max_tokens_per_doc?: number | null;
  readonly [param: string]: unknown;
}

export interface RerankResult {
  readonly index: number;
  readonly relevance_score: number;
  /** Where `return_documents` asked for it. */
  readonly document?: { readonly text: string } | Readonly<Record<string, unknown>>;
}

export interface RerankResponse {
  readonly id: string;
  /** Best first. */
  readonly results: readonly RerankResult[];
  readonly meta?: {
    readonly billed_units?: { readonly search_units?: number; readonly total_tokens?: number };
    readonly tokens?: { readonly input_tokens?: number; readonly output_tokens?: number };
    readonly [member: string]: unknown;
  };
}
