/** Ollama's own wire shapes. */
// https://docs.ollama.com/api

export interface OllamaToolCall {
  readonly id?: string;
  readonly function: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };
}

export interface OllamaMessage {
  readonly role: string;
  readonly content: string;
  readonly thinking?: string;
  /** Base64 without a data URL's head. */
  readonly images?: readonly string[];
  readonly tool_calls?: readonly OllamaToolCall[];
  readonly tool_name?: string;
  readonly tool_call_id?: string;
}

/** What both endpoints take besides their prompt. */
export interface OllamaSettings {
  readonly model: string;
  readonly stream: boolean;
  /** `json`, or the schema of the answer. */
  readonly format?: unknown;
  readonly think?: unknown;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** `POST /api/chat` */
export interface OllamaChatRequest extends OllamaSettings {
  readonly messages: readonly OllamaMessage[];
  readonly tools?: readonly unknown[];
}

/** `POST /api/generate` */
export interface OllamaGenerateRequest extends OllamaSettings {
  readonly prompt: string;
  readonly system?: string;
  readonly suffix?: string;
  readonly images?: readonly string[];
}

/** A whole answer of either endpoint, or one line of its stream. */
export interface OllamaAnswer {
  readonly model?: string;
  readonly message?: {
    readonly content?: string;
    readonly thinking?: string;
    readonly tool_calls?: readonly {
      readonly id?: string;
      readonly function?: { readonly name?: string; readonly arguments?: unknown };
    }[];
  };
  /** The text of `/api/generate`. */
  readonly response?: string;
  readonly thinking?: string;
  readonly done?: boolean;
  readonly done_reason?: string;
  readonly prompt_eval_count?: number;
  readonly eval_count?: number;
  readonly logprobs?: readonly unknown[];
  readonly error?: unknown;
}
