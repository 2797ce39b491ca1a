/** A request body of Anthropic's Messages API as clients write it. Only what the gateway needs of it is checked at the door. */
// https://platform.claude.com/docs/en/api/messages
import type { AnthropicTool, AnthropicToolChoice } from './messages.js';

/** A block of a message, read member by member: which ones are there depends on `type`. */
export interface MessagesBlock {
  readonly type: string;
  readonly text?: unknown;
  readonly source?: { readonly type?: string; readonly [member: string]: unknown };
  readonly content?: string | readonly MessagesBlock[];
  readonly cache_control?: { readonly type: 'ephemeral'; readonly ttl?: '5m' | '1h' };
  readonly [member: string]: unknown;
}

export interface MessagesRequest {
  readonly model: string;
  readonly max_tokens: number;
  readonly messages: readonly {
    readonly role: 'user' | 'assistant' | 'system';
    readonly content: string | readonly MessagesBlock[];
  }[];
  readonly system?: string | readonly MessagesBlock[] | null;
  readonly tools?: readonly AnthropicTool[] | null;
  readonly tool_choice?: AnthropicToolChoice | null;
  readonly thinking?: { readonly type: string; readonly budget_tokens?: number } | null;
  readonly output_config?: {
    readonly effort?: string;
    readonly format?: { readonly type: string; readonly schema?: Readonly<Record<string, unknown>> };
  } | null;
  readonly stop_sequences?: readonly string[] | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly top_k?: number | null;
  readonly metadata?: { readonly user_id?: unknown } | null;
  readonly service_tier?: string | null;
  readonly stream?: boolean | null;
  readonly [param: string]: unknown;
}
