/** What whole answers and streams have in common: reading the parts of a candidate, and why it ended. */
import type {
  GeminiBlob,
  GeminiCandidate,
  GeminiGrounding,
  GeminiLogprob,
  GeminiPart,
} from '../../schema/google/generate-content.js';
import type { ChatCompletionRequest, FinishReason, ToolCall } from '../../schema/openai/chat.js';
import { toArgumentsText } from '../../schema/openai/tool-arguments.js';
import { idWithSignature } from './thought-signature.js';
import { toolNames } from './tool-names.js';

/** https://ai.google.dev/api/generate-content#FinishReason ; whatever is not here ended the answer in the usual way. */
const finishReasons: Readonly<Record<string, FinishReason>> = {
  BLOCKLIST: 'content_filter',
  IMAGE_PROHIBITED_CONTENT: 'content_filter',
  IMAGE_RECITATION: 'content_filter',
  IMAGE_SAFETY: 'content_filter',
  LANGUAGE: 'content_filter',
  MAX_TOKENS: 'length',
  PROHIBITED_CONTENT: 'content_filter',
  RECITATION: 'content_filter',
  SAFETY: 'content_filter',
  SPII: 'content_filter',
};

export function toFinishReason(reason: string, called: boolean): FinishReason {
  const known = Object.hasOwn(finishReasons, reason) ? finishReasons[reason] : undefined;
  return known ?? (called ? 'tool_calls' : 'stop');
}

/** What the parts of one candidate say, or those of one event of it. */
export interface CandidateContent {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly (ToolCall & { readonly provider_specific_fields?: object })[];
  readonly images: readonly object[];
  readonly audio: object | undefined;
  /** Of parts that are no calls. */
  readonly signatures: readonly string[];
  /** Code that was run, and what came of it. */
  readonly executions: readonly GeminiPart[];
}

/** @param newId the id of a call that came without one */
export function readParts(
  { content }: GeminiCandidate,
  body: ChatCompletionRequest,
  newId: (index: number) => string,
): CandidateContent {
  const read = { ...nothing };
  for (const part of content?.parts ?? []) {
    const { text, thought, functionCall, thoughtSignature: signature, inlineData: blob } = part;
    if (text !== undefined) read[thought ? 'reasoning' : 'text'] += text;
    if (functionCall) read.calls = [...read.calls, toToolCall(part, body, newId(read.calls.length))];
    else if (signature !== undefined) read.signatures = [...read.signatures, signature];
    if (blob?.mimeType.startsWith('image/')) read.images = [...read.images, toImage(blob, read.images.length)];
    else if (blob?.mimeType.startsWith('audio/'))
      read.audio ??= { id: newId(0), data: blob.data, expires_at: 0, transcript: '' };
    if (part.executableCode ?? part.codeExecutionResult) read.executions = [...read.executions, part];
  }
  return read;
}

/** Most events of a stream have a text and nothing else: what is not there is made once. */
const nothing: { -readonly [Member in keyof CandidateContent]: CandidateContent[Member] } = {
  text: '',
  reasoning: '',
  calls: [],
  images: [],
  audio: undefined,
  signatures: [],
  executions: [],
};

function toImage({ mimeType, data }: GeminiBlob, index: number): object {
  return { type: 'image_url', index, image_url: { url: `data:${mimeType};base64,${data}` } };
}

function toToolCall(
  { functionCall, thoughtSignature: signature }: GeminiPart,
  body: ChatCompletionRequest,
  newId: string,
): CandidateContent['calls'][number] {
  const { id, name = '', args } = functionCall ?? { name: '' };
  return {
    id: idWithSignature(id ?? newId, signature),
    type: 'function',
    function: { name: toolNames.toClient(name, body), arguments: toArgumentsText(args) },
    ...(signature !== undefined && { provider_specific_fields: { thought_signature: signature } }),
  };
}

/** OpenAI's form of sources on the web, one for each place and source. Places are counted in bytes of UTF-8 by Google. */
export function toAnnotations(grounding: GeminiGrounding | undefined, text: string): readonly object[] {
  const { groundingChunks: chunks = [], groundingSupports: supports = [] } = grounding ?? {};
  // Most events have none, and the text grows with each of them.
  if (supports.length === 0) return [];
  const bytes = Buffer.from(text);
  const position = (offset: number): number => bytes.subarray(0, offset).toString().length;
  return supports.flatMap(({ segment, groundingChunkIndices: indices = [] }) =>
    indices.flatMap((index) => {
      const { uri: url, title } = chunks[index]?.web ?? {};
      if (url === undefined) return [];
      const place = { start_index: position(segment?.startIndex ?? 0), end_index: position(segment?.endIndex ?? 0) };
      return [{ type: 'url_citation', url_citation: { url, title: title ?? url, ...place } }];
    }),
  );
}

/** OpenAI's form of the probabilities. */
export function toLogprobs({ logprobsResult: result }: GeminiCandidate): object | undefined {
  if (!result?.chosenCandidates) return undefined;
  const entry = ({ token = '', logProbability = 0 }: GeminiLogprob) => ({
    token,
    logprob: logProbability,
    bytes: [...Buffer.from(token)],
  });
  const content = result.chosenCandidates.map((chosen, index) => ({
    ...entry(chosen),
    top_logprobs: (result.topCandidates?.[index]?.candidates ?? []).map(entry),
  }));
  return { content, refusal: null };
}
