/** The Converse API's wire shapes: what is sent, and what comes back as far as it is read. */
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html

export type JsonObject = Readonly<Record<string, unknown>>;

/** Bytes are base64 on the wire. */
export type Source = { readonly bytes: string } | { readonly s3Location: { readonly uri: string } };

export interface CachePoint {
  readonly cachePoint: { readonly type: 'default'; readonly ttl?: '5m' | '1h' };
}

export interface TextBlock {
  readonly text: string;
}

export type MediaBlock =
  | { readonly image: { readonly format: ImageFormat; readonly source: Source } }
  | { readonly video: { readonly format: VideoFormat; readonly source: Source } }
  | {
      readonly document: {
        readonly format: DocumentFormat;
        readonly name: string;
        readonly source: Source;
        readonly context?: string;
        readonly citations?: { readonly enabled: boolean };
      };
    };

export interface AudioBlock {
  readonly audio: { readonly format: AudioFormat; readonly source: Source };
}

export interface ToolUse {
  readonly toolUse: { readonly toolUseId: string; readonly name: string; readonly input: JsonObject };
}

export interface ToolResult {
  readonly toolResult: { readonly toolUseId: string; readonly content: (TextBlock | MediaBlock)[] };
}

export type Reasoning =
  | { readonly reasoningContent: { readonly reasoningText: { readonly text: string; readonly signature?: string } } }
  | { readonly reasoningContent: { readonly redactedContent: string } };

export type GuardContent = { readonly guardContent: { readonly text: TextBlock } };

export type Block = TextBlock | MediaBlock | AudioBlock | ToolUse | ToolResult | Reasoning | GuardContent | CachePoint;

export type SystemBlock = TextBlock | GuardContent | CachePoint;

export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: Block[];
}

export interface ToolSpec {
  readonly toolSpec: {
    readonly name: string;
    readonly description?: string;
    readonly inputSchema: { readonly json: JsonObject };
    readonly strict?: true;
  };
}

export type Tool = ToolSpec | CachePoint | { readonly systemTool: { readonly name: string } };

export type ToolChoice =
  | { readonly auto: Record<string, never> }
  | { readonly any: Record<string, never> }
  | { readonly tool: { readonly name: string } };

export interface ToolConfig {
  readonly tools: Tool[];
  readonly toolChoice?: ToolChoice;
}

export interface OutputConfig {
  readonly textFormat?: {
    readonly type: 'json_schema';
    readonly structure: {
      readonly jsonSchema: { readonly schema: string; readonly name?: string; readonly description?: string };
    };
  };
  readonly effort?: string;
}

/** What is built here; clients' own members of the same names come beside it. */
export interface ConverseBody {
  messages: Turn[];
  system?: SystemBlock[];
  inferenceConfig?: {
    readonly maxTokens?: number;
    readonly temperature?: number;
    readonly topP?: number;
    readonly stopSequences?: string[];
  };
  toolConfig?: ToolConfig;
  additionalModelRequestFields?: JsonObject;
  requestMetadata?: Record<string, string>;
  serviceTier?: { readonly type: ServiceTier };
  outputConfig?: OutputConfig;
}

export type ServiceTier = 'default' | 'flex' | 'priority' | 'reserved';
export type ImageFormat = 'png' | 'jpeg' | 'gif' | 'webp';
export type VideoFormat = 'mkv' | 'mov' | 'mp4' | 'webm' | 'flv' | 'mpeg' | 'mpg' | 'wmv' | 'three_gp';
export type DocumentFormat = 'pdf' | 'csv' | 'doc' | 'docx' | 'xls' | 'xlsx' | 'html' | 'txt' | 'md';
export type AudioFormat = 'mp3' | 'wav' | 'ogg' | 'opus' | 'flac' | 'aac' | 'm4a' | 'webm' | 'pcm';

export interface WireUsage {
  readonly inputTokens?: unknown;
  readonly outputTokens?: unknown;
  readonly cacheReadInputTokens?: unknown;
  readonly cacheWriteInputTokens?: unknown;
  readonly cacheDetails?: readonly CacheDetail[];
}

export interface CacheDetail {
  readonly ttl?: string;
  readonly inputTokens?: unknown;
}

export interface AnswerCitation {
  readonly title?: string;
  readonly location?: { readonly web?: { readonly url?: string } };
}

/** A block of an answer; exactly one member is there. */
export interface AnswerBlock {
  readonly text?: string;
  readonly toolUse?: {
    readonly toolUseId?: string;
    readonly name?: string;
    readonly input?: unknown;
    readonly type?: string;
  };
  readonly reasoningContent?: {
    readonly reasoningText?: { readonly text?: string; readonly signature?: string };
    readonly redactedContent?: string;
  };
  readonly citationsContent?: {
    readonly content?: readonly { readonly text?: string }[];
    readonly citations?: readonly AnswerCitation[];
  };
}

export interface ConverseAnswer {
  readonly output?: { readonly message?: { readonly content?: readonly AnswerBlock[] } };
  readonly stopReason?: string;
  readonly usage?: WireUsage;
  readonly serviceTier?: { readonly type?: string };
  readonly trace?: unknown;
  readonly additionalModelResponseFields?: unknown;
}

/** The payload of one event of a stream; which members are there follows from the event's name. */
export interface StreamEvent {
  readonly contentBlockIndex?: number;
  readonly start?: { readonly toolUse?: AnswerBlock['toolUse'] };
  readonly delta?: {
    readonly text?: string;
    readonly toolUse?: { readonly input?: string };
    readonly reasoningContent?: {
      readonly text?: string;
      readonly signature?: string;
      readonly redactedContent?: string;
    };
    readonly citation?: AnswerCitation;
  };
  readonly stopReason?: string;
  readonly usage?: WireUsage;
  readonly serviceTier?: { readonly type?: string };
}
