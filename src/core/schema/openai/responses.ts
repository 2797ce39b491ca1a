/** The OpenAI Responses wire shapes: what clients send and read. Only what is relied on is checked at the door. */
// https://platform.openai.com/docs/api-reference/responses

/** An item of the input, read member by member: which ones are there depends on `type`; without one it is a message. */
export interface ResponsesInputItem {
  readonly type?: string;
  readonly role?: string;
  readonly content?: string | readonly ResponsesContentPart[] | null;
  readonly call_id?: string;
  readonly name?: string;
  readonly arguments?: string;
  readonly output?: string | readonly ResponsesContentPart[];
  readonly summary?: readonly ResponsesContentPart[] | null;
  readonly encrypted_content?: string | null;
  readonly [member: string]: unknown;
}

export interface ResponsesContentPart {
  readonly type: string;
  readonly text?: string;
  readonly refusal?: string;
  readonly image_url?: string | null;
  readonly detail?: string | null;
  readonly file_id?: string | null;
  readonly file_data?: string | null;
  readonly file_url?: string | null;
  readonly filename?: string | null;
  readonly input_audio?: { readonly data: string; readonly format: string };
  readonly [member: string]: unknown;
}

/** A function, or one of OpenAI's own tools, whose further members are its settings. */
export interface ResponsesTool {
  readonly type: string;
  readonly name?: string;
  readonly description?: string | null;
  readonly parameters?: Readonly<Record<string, unknown>> | null;
  readonly strict?: boolean | null;
  readonly [member: string]: unknown;
}

export type ResponsesToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | {
      readonly type: string;
      readonly name?: string;
      readonly mode?: string;
      readonly tools?: readonly ResponsesTool[];
      readonly [member: string]: unknown;
    };

export interface ResponsesRequest {
  readonly model: string;
  readonly input: string | readonly ResponsesInputItem[];
  readonly instructions?: string | null;
  readonly stream?: boolean | null;
  readonly max_output_tokens?: number | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly tools?: readonly ResponsesTool[] | null;
  readonly tool_choice?: ResponsesToolChoice | null;
  readonly parallel_tool_calls?: boolean | null;
  readonly reasoning?: { readonly effort?: string | null; readonly summary?: string | null } | null;
  readonly text?: {
    readonly format?: {
      readonly type: string;
      readonly name?: string;
      readonly description?: string;
      readonly schema?: Readonly<Record<string, unknown>>;
      readonly strict?: boolean | null;
    } | null;
    readonly verbosity?: string | null;
  } | null;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
  readonly user?: string | null;
  readonly store?: boolean | null;
  readonly previous_response_id?: string | null;
  readonly [param: string]: unknown;
}

export interface ResponsesUsage {
  readonly input_tokens: number;
  readonly input_tokens_details: { readonly cached_tokens: number };
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly reasoning_tokens: number };
  readonly total_tokens: number;
}

export interface ReasoningItem {
  readonly type: 'reasoning';
  readonly id: string;
  readonly summary: readonly { readonly type: 'summary_text'; readonly text: string }[];
  readonly encrypted_content?: string;
}

export interface MessageItem {
  readonly type: 'message';
  readonly id: string;
  readonly status: ItemStatus;
  readonly role: 'assistant';
  readonly content: readonly (OutputText | OutputRefusal)[];
}

export interface OutputText {
  readonly type: 'output_text';
  readonly text: string;
  readonly annotations: readonly unknown[];
  readonly logprobs: readonly unknown[];
}

export interface OutputRefusal {
  readonly type: 'refusal';
  readonly refusal: string;
}

export interface FunctionCallItem {
  readonly type: 'function_call';
  readonly id: string;
  readonly call_id: string;
  readonly name: string;
  readonly arguments: string;
  readonly status: ItemStatus;
}

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';
export type OutputItem = ReasoningItem | MessageItem | FunctionCallItem;

export interface ResponseObject {
  readonly id: string;
  readonly object: 'response';
  /** Epoch seconds. */
  readonly created_at: number;
  readonly status: ItemStatus | 'failed';
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly incomplete_details: { readonly reason: 'max_output_tokens' | 'content_filter' } | null;
  readonly model: string;
  readonly output: readonly OutputItem[];
  readonly usage: ResponsesUsage | null;
  readonly [member: string]: unknown;
}
