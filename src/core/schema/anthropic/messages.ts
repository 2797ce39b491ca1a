/** Anthropic's Messages API wire shapes: what its adapter sends and reads. */
// https://platform.claude.com/docs/en/api/messages
import type { CacheControl } from '../openai/chat.js';

export interface AnthropicText {
  readonly type: 'text';
  readonly text: string;
  readonly cache_control?: CacheControl;
}

export type AnthropicSource =
  | { readonly type: 'base64'; readonly media_type: string; readonly data: string }
  | { readonly type: 'text'; readonly media_type: 'text/plain'; readonly data: string }
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'file'; readonly file_id: string };

export interface AnthropicMedia {
  readonly type: 'image' | 'document';
  readonly source: AnthropicSource;
  readonly cache_control?: CacheControl;
}

export interface AnthropicToolUse {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly cache_control?: CacheControl;
}

export interface AnthropicToolResult {
  readonly type: 'tool_result';
  readonly tool_use_id: string;
  readonly content?: string | readonly AnthropicBlock[];
  readonly cache_control?: CacheControl;
}

export interface AnthropicThinking {
  readonly type: 'thinking';
  readonly thinking: string;
  readonly signature?: string;
}

export interface AnthropicRedactedThinking {
  readonly type: 'redacted_thinking';
  readonly data: string;
}

/** A content block of a request. Blocks of other types are the client's own and pass as they are. */
export type AnthropicBlock =
  | AnthropicText
  | AnthropicMedia
  | AnthropicToolUse
  | AnthropicToolResult
  | AnthropicThinking
  | AnthropicRedactedThinking;

export interface AnthropicTurn {
  readonly role: 'user' | 'assistant';
  readonly content: AnthropicBlock[];
}

/** A client tool (`input_schema`), or one of Anthropic's own (`type`), whose further members are its settings. */
export interface AnthropicTool {
  readonly type?: string;
  readonly name?: string;
  readonly description?: string;
  readonly input_schema?: Readonly<Record<string, unknown>>;
  readonly cache_control?: CacheControl;
  readonly strict?: boolean;
  readonly [member: string]: unknown;
}

export interface AnthropicToolChoice {
  readonly type: 'auto' | 'any' | 'tool' | 'none';
  readonly name?: string;
  readonly disable_parallel_tool_use?: boolean;
}

export type AnthropicThinkingConfig =
  | { readonly type: 'enabled'; readonly budget_tokens: number }
  | { readonly type: 'adaptive'; readonly display?: 'summarized' | 'omitted' }
  | { readonly type: 'disabled' };

export interface AnthropicOutputConfig {
  readonly effort?: string;
  readonly format?: { readonly type: 'json_schema'; readonly schema: Readonly<Record<string, unknown>> };
}

export interface AnthropicRequest {
  /** Clouds name it in the address. */
  model?: string;
  max_tokens: number;
  messages: readonly AnthropicTurn[];
  system?: string | readonly AnthropicText[];
  tools?: readonly AnthropicTool[];
  tool_choice?: AnthropicToolChoice;
  thinking?: AnthropicThinkingConfig;
  output_config?: AnthropicOutputConfig;
  stop_sequences?: readonly string[];
  metadata?: { readonly user_id: string };
  service_tier?: string;
  stream?: boolean;
  [member: string]: unknown;
}

/** Token counts. In a stream `message_start` has the first ones, `message_delta` the cumulative ones that override them. */
export interface AnthropicUsage {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  readonly cache_creation?: {
    readonly ephemeral_5m_input_tokens?: number;
    readonly ephemeral_1h_input_tokens?: number;
  } | null;
  readonly output_tokens_details?: { readonly thinking_tokens?: number } | null;
  readonly server_tool_use?: { readonly web_search_requests?: number } | null;
  readonly service_tier?: string | null;
}

/** A source that a text block leans on; web search results have a `url`, documents a place in the document. */
export interface AnthropicCitation {
  readonly type: string;
  readonly url?: string;
  readonly title?: string | null;
  readonly [member: string]: unknown;
}

/** A content block of an answer, read member by member: which ones are there depends on `type`. */
export interface AnthropicAnswerBlock {
  readonly type: string;
  readonly text?: string;
  readonly citations?: readonly AnthropicCitation[] | null;
  readonly thinking?: string;
  readonly signature?: string;
  readonly data?: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: unknown;
  readonly [member: string]: unknown;
}

export interface AnthropicErrorDetail {
  readonly type?: string;
  readonly message?: string;
}

export interface AnthropicMessage {
  readonly type?: string;
  readonly id?: string;
  readonly model?: string;
  readonly content?: readonly AnthropicAnswerBlock[];
  readonly stop_reason?: string | null;
  readonly usage?: AnthropicUsage;
  readonly error?: AnthropicErrorDetail;
}

/** A part of a content block in a stream, read member by member. */
export interface AnthropicDelta {
  readonly type?: string;
  readonly text?: string;
  readonly partial_json?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly citation?: AnthropicCitation;
  readonly stop_reason?: string | null;
}

/** An event of a stream, read member by member: which ones are there depends on `type`. */
export interface AnthropicStreamEvent {
  readonly type?: string;
  readonly index?: number;
  readonly message?: AnthropicMessage;
  readonly content_block?: AnthropicAnswerBlock;
  readonly delta?: AnthropicDelta;
  readonly usage?: AnthropicUsage;
  readonly error?: AnthropicErrorDetail;
}
