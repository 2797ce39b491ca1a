/** The OpenAI chat-completions wire shapes: the hub that every dialect and provider is translated to and from. */
// https://platform.openai.com/docs/api-reference/chat

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly cache_control?: CacheControl;
}

export interface ImageUrlPart {
  readonly type: 'image_url';
  readonly image_url: string | { readonly url: string; readonly detail?: string; readonly format?: string };
  readonly cache_control?: CacheControl;
}

export interface FilePart {
  readonly type: 'file';
  readonly file: {
    readonly file_data?: string;
    readonly file_id?: string;
    readonly filename?: string;
    readonly format?: string;
  };
  readonly cache_control?: CacheControl;
}

export interface InputAudioPart {
  readonly type: 'input_audio';
  readonly input_audio: { readonly data: string; readonly format: string };
}

export interface RefusalPart {
  readonly type: 'refusal';
  readonly refusal: string;
}

export type ContentPart = TextPart | ImageUrlPart | FilePart | InputAudioPart | RefusalPart;

/** Anthropic's prompt-cache marker; clients put it on OpenAI-shaped parts, messages and tools too. */
export interface CacheControl {
  readonly type: 'ephemeral';
  readonly ttl?: '5m' | '1h';
}

export interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
  readonly index?: number;
}

/** A signed reasoning block that must travel back unchanged in the next turn. */
export type ThinkingBlock =
  | {
      readonly type: 'thinking';
      readonly thinking: string;
      readonly signature?: string;
      readonly cache_control?: CacheControl;
    }
  | { readonly type: 'redacted_thinking'; readonly data: string; readonly cache_control?: CacheControl };

export interface ChatMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool' | 'function';
  readonly content?: string | readonly ContentPart[] | null;
  readonly name?: string;
  readonly tool_calls?: readonly ToolCall[];
  readonly function_call?: { readonly name: string; readonly arguments: string };
  readonly tool_call_id?: string;
  readonly refusal?: string | null;
  readonly reasoning_content?: string | null;
  readonly thinking_blocks?: readonly ThinkingBlock[];
  readonly cache_control?: CacheControl;
}

export interface FunctionDefinition {
  readonly name: string;
  readonly description?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly strict?: boolean | null;
}

/** A function tool; other `type`s are provider-native tools and pass through as they are. */
export interface Tool {
  readonly type: string;
  readonly function?: FunctionDefinition;
  readonly cache_control?: CacheControl;
  readonly [member: string]: unknown;
}

export type ToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | 'any'
  | { readonly type: string; readonly function?: { readonly name: string }; readonly [member: string]: unknown };

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object'; readonly response_schema?: Readonly<Record<string, unknown>> }
  | {
      readonly type: 'json_schema';
      readonly json_schema: {
        readonly name?: string;
        readonly description?: string;
        readonly schema?: Readonly<Record<string, unknown>>;
        readonly strict?: boolean | null;
      };
    };

/** A request body. Only `model` and `messages` are checked at the door; the rest is the client's word. */
export interface ChatCompletionRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream?: boolean | null;
  readonly stream_options?: { readonly include_usage?: boolean; readonly [member: string]: unknown } | null;
  readonly max_tokens?: number | null;
  readonly max_completion_tokens?: number | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly n?: number | null;
  readonly stop?: string | readonly string[] | null;
  readonly tools?: readonly Tool[] | null;
  readonly tool_choice?: ToolChoice | null;
  readonly parallel_tool_calls?: boolean | null;
  readonly response_format?: ResponseFormat | null;
  readonly reasoning_effort?: string | null;
  readonly user?: string | null;
  readonly [param: string]: unknown;
}

export interface ChatUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: {
    readonly cached_tokens?: number;
    readonly audio_tokens?: number;
    readonly [name: string]: unknown;
  } | null;
  readonly completion_tokens_details?: {
    readonly reasoning_tokens?: number;
    readonly audio_tokens?: number;
    readonly [name: string]: unknown;
  } | null;
  /** Anthropic's counts under Anthropic's names, as LiteLLM's clients read them. */
  readonly cache_creation_input_tokens?: number;
  readonly cache_read_input_tokens?: number;
  readonly [name: string]: unknown;
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call';

export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content: string | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly ToolCall[];
  readonly reasoning_content?: string;
  readonly thinking_blocks?: readonly ThinkingBlock[];
  readonly annotations?: readonly unknown[];
  readonly [member: string]: unknown;
}

export interface ChatChoice {
  readonly index: number;
  readonly message: AssistantMessage;
  readonly finish_reason: FinishReason | null;
  readonly logprobs?: unknown;
  readonly [member: string]: unknown;
}

export interface ChatCompletion {
  readonly id: string;
  readonly object: 'chat.completion';
  /** Epoch seconds. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly ChatChoice[];
  readonly usage?: ChatUsage | null;
  readonly service_tier?: string | null;
  readonly system_fingerprint?: string | null;
  readonly [member: string]: unknown;
}

/** A part of a tool call in a stream: `id`, `type` and `name` come once, `arguments` in pieces. */
export interface ToolCallDelta {
  readonly index: number;
  readonly id?: string;
  readonly type?: 'function';
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

export interface ChatDelta {
  readonly role?: 'assistant';
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly ToolCallDelta[];
  readonly reasoning_content?: string;
  readonly thinking_blocks?: readonly ThinkingBlock[];
  readonly [member: string]: unknown;
}

export interface ChatChunkChoice {
  readonly index: number;
  readonly delta: ChatDelta;
  readonly finish_reason: FinishReason | null;
  readonly logprobs?: unknown;
}

export interface ChatCompletionChunk {
  readonly id: string;
  readonly object: 'chat.completion.chunk';
  /** Epoch seconds. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly ChatChunkChoice[];
  readonly usage?: ChatUsage | null;
  readonly service_tier?: string | null;
  readonly system_fingerprint?: string | null;
  readonly [member: string]: unknown;
}
