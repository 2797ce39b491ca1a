/** Cohere's v2 wire shapes: what its adapter sends and reads. */
// https://docs.cohere.com/reference/chat

export interface CohereToolCall {
  readonly id?: string;
  readonly type?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

export interface CohereMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content?: string | readonly object[];
  readonly tool_calls?: readonly CohereToolCall[];
  readonly tool_plan?: string;
  readonly tool_call_id?: string;
}

export interface CohereRequest {
  model: string;
  messages: readonly CohereMessage[];
  stream?: boolean;
  tools?: readonly object[];
  tool_choice?: 'NONE' | 'REQUIRED';
  strict_tools?: boolean;
  response_format?: object;
  thinking?: object;
  max_tokens?: number;
  stop_sequences?: readonly string[];
  p?: number;
  k?: number;
  [member: string]: unknown;
}

/** The probabilities of a piece of text, token by token. */
export interface CohereLogprobs {
  readonly text?: string | null;
  readonly logprobs?: readonly number[] | null;
}

/** A piece of the answer that leans on sources. */
export interface CohereCitation {
  readonly start?: number;
  readonly end?: number;
  readonly text?: string;
  readonly sources?:
    | readonly {
        readonly type?: string;
        readonly id?: string;
        readonly document?: Readonly<Record<string, unknown>> | null;
      }[]
    | null;
}

export interface CohereUsage {
  /** What is paid for. */
  readonly billed_units?: {
    readonly input_tokens?: number;
    readonly output_tokens?: number;
    readonly search_units?: number;
  };
  /** What the model read and wrote, its own template included. */
  readonly tokens?: { readonly input_tokens?: number; readonly output_tokens?: number };
  readonly cached_tokens?: number;
}

/** Members that have nothing to say are left out, null or empty. */
export interface CohereAnswer {
  readonly id?: string;
  readonly finish_reason?: string | null;
  readonly message?: {
    readonly content?: readonly { readonly type?: string; readonly text?: string; readonly thinking?: string }[] | null;
    readonly tool_calls?: readonly CohereToolCall[] | null;
    readonly tool_plan?: string | null;
    readonly citations?: readonly CohereCitation[] | null;
  };
  readonly usage?: CohereUsage | null;
  readonly logprobs?: readonly CohereLogprobs[] | null;
}

/** An event of a stream, read member by member: which ones are there depends on `type`. */
export interface CohereEvent {
  readonly type?: string;
  readonly id?: string;
  readonly index?: number;
  readonly delta?: {
    readonly message?: {
      readonly content?: { readonly type?: string; readonly text?: string; readonly thinking?: string } | null;
      readonly tool_plan?: string | null;
      readonly tool_calls?: CohereToolCall | null;
      readonly citations?: CohereCitation | null;
    } | null;
    readonly finish_reason?: string | null;
    readonly error?: string | null;
    readonly usage?: CohereUsage | null;
  } | null;
  readonly logprobs?: CohereLogprobs | null;
}
