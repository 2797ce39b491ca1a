/** What a dialect says of its bodies to those who look at texts: where texts stand, whose they are, and how a stream spells them. */
import type { GuardedToolCall, TextRole } from '../guardrail.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Where a value stands in a JSON text: names of members and places in lists. */
export type JsonPath = readonly (string | number)[];

/** One text of a body. */
export interface TextPlace {
  readonly path: JsonPath;
  readonly text: string;
  readonly role: TextRole;
  /** The text is JSON, and has to stay that. */
  readonly isJson?: boolean;
  /** The value is the JSON itself and no text of it. */
  readonly isValue?: boolean;
  /** What repeats the text in another form, such as the probabilities of its tokens: goes where the text is changed. */
  readonly echoes?: readonly JsonPath[];
}

/** What a body holds for a guardrail to look at. */
export interface Reading {
  readonly texts: readonly TextPlace[];
  /** Names of the tools that are offered. */
  readonly tools: readonly string[];
  readonly toolCalls: readonly GuardedToolCall[];
  /** A member that says something which cannot be read as text, such as a prompt of token ids. */
  readonly unreadable?: string;
}

/** A piece of one channel of a stream: of one text that its client puts together. */
export interface Fragment extends Pick<TextPlace, 'path' | 'text' | 'isJson' | 'isValue' | 'echoes'> {
  /** Choice or block, and kind. */
  readonly channel: string;
  /** The tool that is called, where the channel is its arguments; told once. */
  readonly tool?: string;
  /** It is not more of the channel but all of it, said once again. */
  readonly isWhole?: boolean;
}

export interface EventReading {
  readonly fragments: readonly Fragment[];
  /** Beginnings of the names of those channels that are complete with this event, its own fragments included. */
  readonly ends: readonly string[];
}

export interface Surface {
  readonly readRequest: (body: JsonObject) => Reading;
  /** Absent where answers hold no text. */
  readonly readAnswer?: (body: JsonObject) => Reading;
  /** Absent where answers come whole, or hold no text. */
  readonly readEvent?: (data: JsonObject) => EventReading;
  /** Its events are numbered, or belong to whatever was opened before: none may overtake another. */
  readonly keepsOrder?: boolean;
  /** Requests are forms: only their members at the top can be changed. */
  readonly takesForms?: boolean;
}

export const nothingInEvent: EventReading = { fragments: [], ends: [] };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** With its place; nothing where the value is no list. */
export function entries(value: unknown): readonly (readonly [number, unknown])[] {
  return Array.isArray(value) ? [...value.entries()] : [];
}

export function objects(value: unknown): readonly (readonly [number, JsonObject])[] {
  return entries(value).filter((entry): entry is readonly [number, JsonObject] => isObject(entry[1]));
}

/** The number that an answer or a call bears; its place in the list where it bears none. */
export function numberOf(value: unknown, at: number): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : String(at);
}

/** Collects what a reader finds. */
export class ReadingBuilder {
  readonly texts: TextPlace[] = [];
  readonly tools: string[] = [];
  readonly toolCalls: GuardedToolCall[] = [];
  unreadable: string | undefined;

  /** Nothing where the value is no text, or an empty one. */
  text(path: JsonPath, value: unknown, role: TextRole, more: Partial<TextPlace> = {}): void {
    if (typeof value === 'string' && value !== '') this.texts.push({ path, text: value, role, ...more });
  }

  /** A call's arguments, written as a text of JSON or as the value itself. */
  call(
    path: JsonPath,
    name: unknown,
    value: unknown,
    role: TextRole = 'assistant',
    more: Partial<TextPlace> = {},
  ): void {
    const isValue = typeof value === 'object' && value !== null;
    const text = isValue ? JSON.stringify(value) : typeof value === 'string' ? value : '';
    if (typeof name === 'string') this.toolCalls.push({ name, arguments: text });
    if (text !== '') this.texts.push({ path, text, role, isJson: true, ...(isValue && { isValue }), ...more });
  }

  /** A structured value in which text may stand anywhere, such as the result of a tool. */
  value(path: JsonPath, value: unknown, role: TextRole): void {
    if (typeof value !== 'object' || value === null) return this.text(path, value, role);
    this.texts.push({ path, text: JSON.stringify(value), role, isJson: true, isValue: true });
  }

  tool(name: unknown): void {
    if (typeof name === 'string' && name !== '') this.tools.push(name);
  }

  /** A text, a list of texts, or parts that have a `text`. */
  content(path: JsonPath, value: unknown, role: TextRole): void {
    this.text(path, value, role);
    for (const [at, part] of entries(value)) {
      if (typeof part === 'string') this.text([...path, at], part, role);
      else if (isObject(part)) {
        this.text([...path, at, 'text'], part['text'], role);
        this.text([...path, at, 'refusal'], part['refusal'], role);
      }
    }
  }

  add(path: JsonPath, { texts, tools, toolCalls }: Reading): void {
    for (const text of texts) this.texts.push({ ...text, path: [...path, ...text.path] });
    this.tools.push(...tools);
    this.toolCalls.push(...toolCalls);
  }
}

export function reading(build: (found: ReadingBuilder) => void): Reading {
  const found = new ReadingBuilder();
  build(found);
  const { texts, tools, toolCalls, unreadable } = found;
  return { texts, tools, toolCalls, ...(unreadable !== undefined && { unreadable }) };
}
