/** Counts tokens with the model's own tokenizer where it is public, and estimates them where it is not; in turns, so that nothing else waits. */
import { setImmediate } from 'node:timers/promises';
import type { ChatCompletionRequest, ChatMessage, ContentPart, Tool } from '../schema/openai/chat.js';
import type { Usage } from '../spec/usage.js';
import { estimateTokens } from './estimate-tokens.js';

type EncodingName = 'o200k_base' | 'cl100k_base';
type CountText = (text: string) => Promise<number>;

interface Tokenizer {
  readonly name: EncodingName;
  readonly count: (text: string) => number;
}

export interface TokenCount {
  readonly tokens: number;
  /** False: an estimate, by a tokenizer that is not the model's or by the length of the text. */
  readonly isExact: boolean;
}

export interface CountLimits {
  /** Characters of text that are tokenized; what comes after them is estimated. */
  readonly mostLength?: number;
  /** Asked between turns: counting for nobody ends early, and the count is worth nothing. */
  readonly isOver?: () => boolean;
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
/** So many characters in one turn, which takes some milliseconds. */
const turnLength = 4 * maxPieceLength;
/** What a text costs besides its length, in characters. */
const costOfText = 64;

const loading = new Map<EncodingName, Promise<Tokenizer | undefined>>();

/** Tokens of plain text. The first call per encoding loads it, which takes some 250 ms of this thread. */
export async function countTextTokens(model: string, text: string, limits: CountLimits = {}): Promise<TokenCount> {
  const counter = await counterFor(model, limits);
  const tokens = await counter.count(text);
  return { tokens, isExact: counter.isExact() };
}

/** Tokens of a chat request's messages and tools, as OpenAI counts a prompt. */
export async function countPromptTokens(
  model: string,
  body: Pick<ChatCompletionRequest, 'messages' | 'tools'>,
  limits: CountLimits = {},
): Promise<TokenCount> {
  const { count, isExact, encoding } = await counterFor(model, limits);
  let tokens = tokensOfReplyStart;
  for (const message of body.messages) tokens += await messageTokens(message, count);
  tokens += await toolTokens(body.tools ?? [], count, encoding);
  return { tokens, isExact: isExact() };
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
  /** True as long as nothing has been estimated. */
  readonly isExact: () => boolean;
  readonly encoding: EncodingName;
}

async function counterFor(model: string, limits: CountLimits): Promise<Counter> {
  const own = encodingOf(model);
  const encoding = own ?? 'o200k_base';
  let tokenizer = loading.get(encoding);
  if (tokenizer === undefined) {
    tokenizer = loadTokenizer(encoding);
    loading.set(encoding, tokenizer);
  }
  const turns = new Turns((await tokenizer)?.count, limits);
  return { count: (text) => turns.count(text), isExact: () => own !== undefined && !turns.estimated, encoding };
}

/** Counts texts one after the other, and lets others have the thread between turns. */
class Turns {
  estimated = false;
  private counted = 0;
  private inTurn = 0;

  constructor(
    private readonly tokenize: ((text: string) => number) | undefined,
    private readonly limits: CountLimits,
  ) {}

  async count(text: string): Promise<number> {
    const { tokenize, limits } = this;
    const { mostLength = Infinity } = limits;
    let tokens = 0;
    let at = 0;
    while (tokenize && at < text.length && this.counted < mostLength && !limits.isOver?.()) {
      const piece = text.slice(at, at + maxPieceLength);
      tokens += tokenize(piece);
      at += piece.length;
      this.counted += piece.length;
      await this.pause(piece.length);
    }
    await this.pause(costOfText);
    if (at === text.length) return tokens;
    this.estimated = true;
    return tokens + estimateTokens(Buffer.byteLength(at === 0 ? text : text.slice(at)));
  }

  private async pause(afterLength: number): Promise<void> {
    this.inTurn += afterLength;
    if (this.inTurn < turnLength) return;
    this.inTurn = 0;
    await setImmediate();
  }
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

async function messageTokens(message: ChatMessage, count: CountText): Promise<number> {
  let tokens = tokensPerMessage + (await count(message.role)) + (await contentTokens(message.content, count));
  if (message.name !== undefined) tokens += tokensPerName + (await count(message.name));
  const calls = [...(message.tool_calls ?? []).map((call) => call.function), message.function_call];
  for (const call of calls) if (call) tokens += (await count(call.name)) + (await count(call.arguments));
  return tokens;
}

async function contentTokens(content: ChatMessage['content'], count: CountText): Promise<number> {
  if (typeof content === 'string') return count(content);
  let tokens = 0;
  for (const part of content ?? []) tokens += await partTokens(part, count);
  return tokens;
}

function partTokens(part: ContentPart, count: CountText): number | Promise<number> {
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

async function toolTokens(tools: readonly Tool[], count: CountText, encoding: EncodingName): Promise<number> {
  if (tools.length === 0) return 0;
  let tokens = tokensPerToolList;
  for (const tool of tools) tokens += tokensPerTool[encoding] + (await oneToolTokens(tool, count));
  return tokens;
}

async function oneToolTokens(tool: Tool, count: CountText): Promise<number> {
  if (tool.function === undefined) return count(JSON.stringify(tool));
  const { name, description = '', parameters } = tool.function;
  const heading = await count(`${name}:${withoutFullStop(description)}`);
  return heading + (await propertyTokens(parameters?.properties, count));
}

async function propertyTokens(properties: unknown, count: CountText): Promise<number> {
  if (!isRecord(properties) || Object.keys(properties).length === 0) return 0;
  let tokens = tokensPerPropertyList;
  for (const [name, schema] of Object.entries(properties)) {
    tokens += tokensPerProperty + (await onePropertyTokens(name, schema, count));
  }
  return tokens;
}

async function onePropertyTokens(name: string, schema: unknown, count: CountText): Promise<number> {
  // How nested schemas are counted is not documented; as JSON they come out slightly high.
  if (!isRecord(schema) || 'properties' in schema || 'items' in schema || typeof schema.type !== 'string')
    return count(`${name}:${JSON.stringify(schema)}`);
  const description = typeof schema.description === 'string' ? withoutFullStop(schema.description) : '';
  let tokens = 0;
  if (Array.isArray(schema.enum)) {
    tokens += tokensPerEnum;
    for (const item of schema.enum) tokens += tokensPerEnumItem + (await count(String(item)));
  }
  return tokens + (await count(`${name}:${schema.type}:${description}`));
}

function withoutFullStop(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
