/** The contents of a generateContent request as messages of the hub. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { GeminiContent } from '../../schema/google/generate-content.js';
import type { ChatMessage, ContentPart, ThinkingBlock, ToolCall } from '../../schema/openai/chat.js';
import { member, objectMember, textMember, type JsonObject } from './wire-names.js';

/** A call whose result has not come yet. */
interface OpenCall {
  readonly id: string;
  readonly name: string;
}

export function toMessages(contents: readonly GeminiContent[]): readonly ChatMessage[] {
  return new MessageBuilder().build(contents);
}

/** Calls and results belong together by id, or by name and order where a client gives no ids. */
class MessageBuilder {
  private open: OpenCall[] = [];
  private readonly messages: ChatMessage[] = [];

  build(contents: readonly GeminiContent[]): readonly ChatMessage[] {
    contents.forEach(({ role, parts }, at) => {
      const given = (parts ?? []) as readonly JsonObject[];
      if (role === 'model') this.addAnswer(given, at);
      else this.addUserTurn(given, at);
    });
    return this.messages;
  }

  private addAnswer(parts: readonly JsonObject[], at: number): void {
    const calls = parts
      .map((part) => objectMember(part, 'functionCall'))
      .filter((call) => call !== undefined)
      .map((call, position) => toCall(call, at, position));
    this.open = calls.map(({ id, function: called }) => ({ id, name: called.name }));
    const thoughts = parts.filter((part) => part['thought'] === true);
    const content = parts.filter((part) => part['thought'] !== true).flatMap((part) => toParts(part, at));
    const reasoning = thoughts.map((part) => textMember(part, 'text') ?? '').join('');
    const thinking = toThinking(thoughts);
    this.messages.push({
      role: 'assistant',
      content: content.length === 0 ? null : joined(content),
      ...(calls.length > 0 && { tool_calls: calls }),
      ...(thinking.length > 0 && { thinking_blocks: thinking }),
      ...(reasoning !== '' && { reasoning_content: reasoning }),
    });
  }

  private addUserTurn(parts: readonly JsonObject[], at: number): void {
    for (const part of parts) {
      const response = objectMember(part, 'functionResponse');
      if (response) this.messages.push(this.toResult(response, at));
    }
    const content = parts.flatMap((part) => toParts(part, at));
    if (content.length > 0) this.messages.push({ role: 'user', content: joined(content) });
  }

  private toResult(response: JsonObject, at: number): ChatMessage {
    const name = textMember(response, 'name');
    const given = textMember(response, 'id');
    const found = this.open.find((call) => (given === undefined ? call.name === name : call.id === given));
    const id = found?.id ?? given;
    if (id === undefined) throw refused(at, `the functionResponse \`${name}\` answers no call of the turn before`);
    this.open = this.open.filter((call) => call !== found);
    return { role: 'tool', tool_call_id: id, content: resultText(member(response, 'response')) };
  }
}

function toCall(call: JsonObject, at: number, position: number): ToolCall {
  const name = textMember(call, 'name');
  if (name === undefined) throw refused(at, 'a functionCall needs a name');
  const id = textMember(call, 'id') ?? `call_${at}_${position}`;
  return { id, type: 'function', function: { name, arguments: JSON.stringify(member(call, 'args') ?? {}) } };
}

/** The text alone where the result is one under Google's own names for it. */
function resultText(response: unknown): string {
  if (typeof response === 'string') return response;
  const entries = Object.entries(Object(response) as object);
  const [[name, value] = ['', undefined]] = entries;
  if (entries.length === 1 && ['result', 'output', 'content'].includes(name) && typeof value === 'string') return value;
  return JSON.stringify(response ?? {});
}

/** A thought goes back to its model only with the signature that it came with; in a stream that comes after its text. */
function toThinking(thoughts: readonly JsonObject[]): ThinkingBlock[] {
  const blocks: ThinkingBlock[] = [];
  let thinking = '';
  for (const part of thoughts) {
    thinking += textMember(part, 'text') ?? '';
    const signature = textMember(part, 'thoughtSignature');
    if (!signature) continue;
    blocks.push({ type: 'thinking', thinking, signature });
    thinking = '';
  }
  return blocks;
}

function toParts(part: JsonObject, at: number): ContentPart[] {
  if (objectMember(part, 'functionCall') ?? objectMember(part, 'functionResponse')) return [];
  const text = textMember(part, 'text');
  if (text !== undefined) return [{ type: 'text', text }];
  const blob = objectMember(part, 'inlineData');
  if (blob) return [toMedia(mediaTypeOf(blob), textMember(blob, 'data') ?? '', at)];
  const file = objectMember(part, 'fileData');
  if (file) return [toFile(mediaTypeOf(file), textMember(file, 'fileUri') ?? '')];
  if (objectMember(part, 'executableCode') ?? objectMember(part, 'codeExecutionResult'))
    throw refused(at, 'code that was run belongs to models of Google');
  return [];
}

function mediaTypeOf(part: JsonObject): string {
  return textMember(part, 'mimeType') ?? 'application/octet-stream';
}

const soundFormats: Readonly<Record<string, string>> = {
  'audio/mpeg': 'mp3',
  'audio/x-wav': 'wav',
  'audio/wave': 'wav',
};

function toMedia(mediaType: string, data: string, at: number): ContentPart {
  const url = `data:${mediaType};base64,${data}`;
  if (mediaType.startsWith('image/')) return { type: 'image_url', image_url: { url } };
  if (mediaType.startsWith('audio/')) {
    const format = soundFormats[mediaType] ?? mediaType.slice('audio/'.length);
    return { type: 'input_audio', input_audio: { data, format } };
  }
  if (mediaType.startsWith('video/')) throw refused(at, 'this model takes no video');
  return { type: 'file', file: { file_data: url } };
}

function toFile(mediaType: string, url: string): ContentPart {
  return mediaType.startsWith('image/')
    ? { type: 'image_url', image_url: { url } }
    : { type: 'file', file: { file_data: url } };
}

/** One plain text stays a text: every provider takes that. */
function joined(parts: readonly ContentPart[]): string | readonly ContentPart[] {
  const [only] = parts;
  return parts.length === 1 && only?.type === 'text' ? only.text : parts;
}

function refused(at: number, reason: string): GatewayError {
  return new GatewayError('invalid_request', {
    param: `contents[${at}]`,
    facts: { reason: `contents[${at}]: ${reason}.` },
  });
}
