/** What requests and answers of the matrix mean, in no dialect at all: whatever is sent and received is read into this and compared. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** The rows of the matrix. */
export const features = [
  'text',
  'system prompt',
  'tools',
  'parallel tools',
  'image',
  'JSON schema',
  'reasoning',
  'stop sequence',
  'length limit',
] as const;
export type Feature = (typeof features)[number];

export interface Picture {
  readonly mediaType: string;
  readonly base64: string;
}

export interface CallMeaning {
  readonly name: string;
  readonly input: JsonObject;
}

export type Turn =
  | { readonly by: 'user'; readonly text: string; readonly picture?: Picture }
  | { readonly by: 'assistant'; readonly text: string; readonly calls: readonly CallMeaning[] }
  | { readonly by: 'tools'; readonly results: readonly ResultMeaning[] };

export interface ResultMeaning {
  /** Which of the calls of the turn before it answers: ids differ on every wire, what belongs together does not. */
  readonly call: number;
  readonly text: string;
}

export interface ToolMeaning {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}

/** What holds for all requests of a conversation. */
export interface Setup {
  readonly system?: string;
  readonly tools: readonly ToolMeaning[];
  /** That the answer is held to. */
  readonly schema?: JsonObject;
  /** Whether reasoning is asked for. How much of it is said in words by some, in tokens by others. */
  readonly reasons: boolean;
  readonly stop: readonly string[];
  readonly maxTokens: number;
}

/** One request as the provider understands it. */
export interface Asked extends Setup {
  readonly model: string;
  readonly stream: boolean;
  readonly turns: readonly Turn[];
}

export interface Answered {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly CallMeaning[];
  readonly finish: 'stop' | 'length' | 'tool_calls';
  /** The stop sequence that ended the answer. */
  readonly stoppedBy: string | null;
  readonly usage: UsageMeaning;
}

/** `prompt` includes what was read from the cache, `completion` the reasoning. */
export interface UsageMeaning {
  readonly prompt: number;
  readonly completion: number;
  readonly cached: number;
  readonly reasoning: number;
}
