/** Takes a request apart into what has to be the same and the text that may differ: the last thing that its user says. */
import type { AnswerKind } from '../../core/spec/response-cache.js';

type Body = Readonly<Record<string, unknown>>;

export interface Prompt {
  /** The request without that text: only requests that are equal in it are compared. */
  readonly rest: Body;
  readonly text: string;
}

/** Vectors say little about longer texts, and models of embeddings refuse them. */
const longest = 8_000;

/** Undefined for a request that is not compared by its meaning: it ends in no text of its user, or with a picture or a file. */
export function promptOf(kind: AnswerKind, body: Body): Prompt | undefined {
  const taken = take(kind, body);
  if (taken === undefined || taken.text.trim() === '' || taken.text.length > longest) return undefined;
  return taken;
}

function take(kind: AnswerKind, body: Body): Prompt | undefined {
  switch (kind) {
    case 'openai-chat':
    case 'anthropic-messages':
      return takeLast(body, 'messages', 'content');
    case 'gemini-generate-content':
      return takeLast(body, 'contents', 'parts');
    case 'openai-responses': {
      const { input } = body;
      return typeof input === 'string'
        ? { rest: { ...body, input: null }, text: input }
        : takeLast(body, 'input', 'content');
    }
    case 'openai-completions': {
      const { prompt } = body;
      return typeof prompt === 'string' ? { rest: { ...body, prompt: null }, text: prompt } : undefined;
    }
    default:
      return undefined;
  }
}

function takeLast(body: Body, list: string, content: string): Prompt | undefined {
  const turns = body[list];
  if (!Array.isArray(turns)) return undefined;
  const last: unknown = turns.at(-1);
  if (!isObject(last) || (last['role'] ?? 'user') !== 'user') return undefined;
  const text = textOf(last[content]);
  if (text === undefined) return undefined;
  return { rest: { ...body, [list]: [...(turns.slice(0, -1) as unknown[]), { ...last, [content]: '' }] }, text };
}

function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((part: unknown) => (isTextPart(part) ? part.text : undefined));
  return texts.every((text) => text !== undefined) ? texts.join('\n') : undefined;
}

const textTypes: readonly unknown[] = [undefined, 'text', 'input_text'];

function isTextPart(part: unknown): part is { readonly text: string } {
  if (!isObject(part) || typeof part['text'] !== 'string') return false;
  return textTypes.includes(part['type']) && Object.keys(part).every((name) => name === 'type' || name === 'text');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
