/** Google's generateContent wire shapes: what the adapters of AI Studio and Vertex AI send and read. */
// https://ai.google.dev/api/generate-content

export interface GeminiBlob {
  readonly mimeType: string;
  /** Base64. */
  readonly data: string;
}

export interface GeminiPart {
  readonly text?: string;
  /** True for a summary of the model's thoughts. */
  readonly thought?: boolean;
  /** Must travel back with the part that it came with. */
  readonly thoughtSignature?: string;
  readonly inlineData?: GeminiBlob;
  readonly fileData?: { readonly mimeType?: string; readonly fileUri: string };
  readonly functionCall?: {
    readonly id?: string;
    readonly name: string;
    readonly args?: Readonly<Record<string, unknown>>;
  };
  readonly functionResponse?: { readonly name: string; readonly response: Readonly<Record<string, unknown>> };
  readonly executableCode?: Readonly<Record<string, unknown>>;
  readonly codeExecutionResult?: Readonly<Record<string, unknown>>;
}

export interface GeminiContent {
  readonly role?: string;
  readonly parts?: readonly GeminiPart[];
}

export interface GeminiFunction {
  readonly name: string;
  readonly description?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface GeminiRequest {
  contents: readonly GeminiContent[];
  systemInstruction?: { readonly parts: readonly GeminiPart[] };
  tools?: readonly object[];
  toolConfig?: object;
  generationConfig?: Readonly<Record<string, unknown>>;
  [member: string]: unknown;
}

export interface GeminiModalityCount {
  readonly modality?: string;
  readonly tokenCount?: number;
}

export interface GeminiUsage {
  readonly promptTokenCount?: number;
  readonly candidatesTokenCount?: number;
  readonly thoughtsTokenCount?: number;
  readonly toolUsePromptTokenCount?: number;
  readonly cachedContentTokenCount?: number;
  readonly totalTokenCount?: number;
  readonly promptTokensDetails?: readonly GeminiModalityCount[];
  readonly candidatesTokensDetails?: readonly GeminiModalityCount[];
  readonly trafficType?: string;
}

export interface GeminiGrounding {
  readonly webSearchQueries?: readonly string[];
  readonly groundingChunks?: readonly { readonly web?: { readonly uri?: string; readonly title?: string } }[];
  readonly groundingSupports?: readonly {
    readonly segment?: { readonly startIndex?: number; readonly endIndex?: number; readonly text?: string };
    readonly groundingChunkIndices?: readonly number[];
  }[];
  readonly [member: string]: unknown;
}

export interface GeminiCandidate {
  readonly index?: number;
  readonly content?: GeminiContent;
  readonly finishReason?: string;
  readonly finishMessage?: string;
  readonly groundingMetadata?: GeminiGrounding;
  readonly logprobsResult?: {
    readonly topCandidates?: readonly { readonly candidates?: readonly GeminiLogprob[] }[];
    readonly chosenCandidates?: readonly GeminiLogprob[];
  };
}

export interface GeminiLogprob {
  readonly token?: string;
  readonly logProbability?: number;
}

/** A whole answer, or one event of a stream. */
export interface GeminiAnswer {
  readonly candidates?: readonly GeminiCandidate[];
  readonly promptFeedback?: { readonly blockReason?: string };
  readonly usageMetadata?: GeminiUsage;
  readonly modelVersion?: string;
  readonly responseId?: string;
  readonly error?: unknown;
}
