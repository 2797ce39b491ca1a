/** Counts tokens with the model's own tokenizer where it is public, and estimates them where it is not; for use off the request's thread. */
import type { ChatCompletionRequest, ChatMessage, ContentPart, Tool } from '../schema/openai/chat.js';
import type { Usage } from '../spec/usage.js';
import { estimateTokens } from './estimate-tokens.js';

type EncodingName = 'o200k_base' | 'cl100k_base';
type CountText = (text: string) => number;

interface Tokenizer {
  readonly name: EncodingName;
  readonly count: CountText;
}

export interface TokenCount {
  readonly tokens: number;
  /** False: an estimate, by a tokenizer that is not the model's or by the length of the text. */
  readonly isExact: boolean;
}

// https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken
const tokensPerMessage = 3;
const tokensPerName = 1;
const tokensOfReplyStart = 3;
const tokensPerTool = { o200k_base: 7, cl100k_base: 10 } as const;
const tokensPerToolList = 12;
const tokensPerPropertyList = 3;
const tokensPerProperty = 3;
const tokensPerEnum = -3;
const tokensPerEnumItem = 3;
/** A 1024 x 1024 image in high detail; the picture itself is never looked at. */
const tokensPerImage = 765;

/** The tokenizer's time grows with the square of a run without blanks (128 KiB: 9 s). Pieces bound it, at a token per cut. */
const maxPieceLength = 4_096;

const loading = new Map<EncodingName, Promise<Tokenizer | undefined>>();

/** Tokens of plain text. The first call per encoding loads it, which takes some 250 ms of this thread. */
export async function countTextTokens(model: string, text: string): Promise<TokenCount> {
  const { count, isExact } = await counterFor(model);
  return { tokens: count(text), isExact };
}

/** Tokens of a chat request's messages and tools, as OpenAI counts a prompt. */
export async function countPromptTokens(
  model: string,
  body: Pick<ChatCompletionRequest, 'messages' | 'tools'>,
): Promise<TokenCount> {
  const { count, isExact, encoding } = await counterFor(model);
  const messages = body.messages.reduce((sum, message) => sum + messageTokens(message, count), tokensOfReplyStart);
  return { tokens: messages + toolTokens(body.tools ?? [], count, encoding), isExact };
}

/** The usage of an answer that broke off before its provider told it. */
export async function estimateUsage(
  model: string,
  body: Pick<ChatCompletionRequest, 'messages' | 'tools'>,
  answer: string,
): Promise<Usage> {
  const prompt = await countPromptTokens(model, body);
  const completion = await countTextTokens(model, answer);
  return { promptTokens: prompt.tokens, completionTokens: completion.tokens };
}

interface Counter {
  readonly count: CountText;
  readonly isExact: boolean;
  readonly encoding: EncodingName;
}

async function counterFor(model: string): Promise<Counter> {
  const own = encodingOf(model);
  const encoding = own ?? 'o200k_base';
  let tokenizer = loading.get(encoding);
  if (tokenizer === undefined) {
    tokenizer = loadTokenizer(encoding);
    loading.set(encoding, tokenizer);
  }
  const count = (await tokenizer)?.count;
  if (count === undefined)
    return { count: (text) => estimateTokens(Buffer.byteLength(text)), isExact: false, encoding };
  return { count: (text) => countInPieces(text, count), isExact: own !== undefined, encoding };
}

/** Undefined for models whose tokenizer is not public. */
function encodingOf(model: string): EncodingName | undefined {
  const name = model.slice(model.lastIndexOf('/') + 1).replace(/^ft:/, '');
  if (/^(gpt-(4o|4\.1|4\.5|5|6|oss|audio|realtime|image)|chatgpt-|codex-|o\d)/.test(name)) return 'o200k_base';
  if (/^(gpt-4|gpt-3\.5|gpt-35|text-embedding-(3|ada-002)|babbage-002|davinci-002)/.test(name)) return 'cl100k_base';
  return undefined;
}

/** Undefined where the optional peer gpt-tokenizer is not installed. */
async function loadTokenizer(name: EncodingName): Promise<Tokenizer | undefined> {
  try {
    const { countTokens } =
      name === 'o200k_base'
        ? await import('gpt-tokenizer/encoding/o200k_base')
        : await import('gpt-tokenizer/encoding/cl100k_base');
    // Text that looks like a special token is text: a client may write `<|endoftext|>`.
    const asPlainText = { disallowedSpecial: new Set<string>() };
    return { name, count: (text) => countTokens(text, asPlainText) };
  } catch (error) {
    if (isModuleMissing(error)) return undefined;
    throw error;
  }
}

function isModuleMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}

function countInPieces(text: string, count: CountText): number {
  if (text.length <= maxPieceLength) return count(text);
  let tokens = 0;
  for (let start = 0; start < text.length; start += maxPieceLength) {
    tokens += count(text.slice(start, start + maxPieceLength));
  }
  return tokens;
}

function messageTokens(message: ChatMessage, count: CountText): number {
  let tokens = tokensPerMessage + count(message.role) + contentTokens(message.content, count);
  if (message.name !== undefined) tokens += tokensPerName + count(message.name);
  for (const call of message.tool_calls ?? []) tokens += count(call.function.name) + count(call.function.arguments);
  if (message.function_call) tokens += count(message.function_call.name) + count(message.function_call.arguments);
  return tokens;
}

function contentTokens(content: ChatMessage['content'], count: CountText): number {
  if (typeof content === 'string') return count(content);
  return (content ?? []).reduce((sum, part) => sum + partTokens(part, count), 0);
}

function partTokens(part: ContentPart, count: CountText): number {
  switch (part.type) {
    case 'text':
      return count(part.text);
    case 'refusal':
      return count(part.refusal);
    case 'image_url':
      return tokensPerImage;
    case 'file':
      return estimateTokens(part.file.file_data?.length ?? 0);
    case 'input_audio':
      return estimateTokens(part.input_audio.data.length);
    default:
      // Bodies are the client's word: a part of an unknown kind counts by its size.
      return estimateTokens(JSON.stringify(part).length);
  }
}

function toolTokens(tools: readonly Tool[], count: CountText, encoding: EncodingName): number {
  if (tools.length === 0) return 0;
  return tools.reduce((sum, tool) => {
    if (tool.function === undefined) return sum + tokensPerTool[encoding] + count(JSON.stringify(tool));
    const { name, description = '', parameters } = tool.function;
    const heading = count(`${name}:${withoutFullStop(description)}`);
    return sum + tokensPerTool[encoding] + heading + propertyTokens(parameters?.properties, count);
  }, tokensPerToolList);
}

function propertyTokens(properties: unknown, count: CountText): number {
  if (!isRecord(properties) || Object.keys(properties).length === 0) return 0;
  return Object.entries(properties).reduce((sum, [name, schema]) => {
    // How nested schemas are counted is not documented; as JSON they come out slightly high.
    if (!isRecord(schema) || 'properties' in schema || 'items' in schema || typeof schema.type !== 'string') {
      return sum + tokensPerProperty + count(`${name}:${JSON.stringify(schema)}`);
    }
    const description = typeof schema.description === 'string' ? withoutFullStop(schema.description) : '';
    const items = Array.isArray(schema.enum) ? schema.enum : undefined;
    const enumTokens = items?.reduce<number>(
      (all, item) => all + tokensPerEnumItem + count(String(item)),
      tokensPerEnum,
    );
    return sum + tokensPerProperty + (enumTokens ?? 0) + count(`${name}:${schema.type}:${description}`);
  }, tokensPerPropertyList);
}

function withoutFullStop(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
