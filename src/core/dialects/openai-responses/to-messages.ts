/** The input items of a Responses request as messages of the hub: an answer's items become one assistant message again. */
import type { ChatMessage, ContentPart, ThinkingBlock, ToolCall } from '../../schema/openai/chat.js';
import type { ResponsesContentPart, ResponsesInputItem, ResponsesRequest } from '../../schema/openai/responses.js';
import { decodeThinking } from './encrypted-thinking.js';
import { refusedMember } from './refused-member.js';

/** What OpenAI's own tools have left in the history: the answer's text says what came of it. */
const ownItems = /_call(?:_output)?$|^mcp_|^item_reference$|^compaction/;

export function toMessages(input: ResponsesRequest['input']): readonly ChatMessage[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  const turns = new Turns();
  input.forEach((item, at) => turns.add(item, `input[${at}]`));
  return turns.messages();
}

/** Joins the items of one answer, which the hub has in one message. */
class Turns {
  private readonly done: ChatMessage[] = [];
  private content: readonly ContentPart[] = [];
  private calls: ToolCall[] = [];
  private thinking: ThinkingBlock[] = [];
  private reasoning = '';

  add(item: ResponsesInputItem, place: string): void {
    const type = item.type ?? 'message';
    if (type === 'reasoning') this.addReasoning(item);
    else if (type === 'function_call') this.calls.push(toToolCall(item, place));
    else if (type === 'message' && item.role === 'assistant') this.addAnswer(item, place);
    else {
      this.close();
      if (type === 'function_call_output') this.done.push(toToolMessage(item, place));
      else if (type === 'message') this.done.push(toMessage(item, place));
      else if (type === 'item_reference' || !ownItems.test(type))
        throw refusedMember(place, `an item of the type ${type} cannot be sent to the provider of this model`);
    }
  }

  messages(): readonly ChatMessage[] {
    this.close();
    return this.done;
  }

  private addAnswer(item: ResponsesInputItem, place: string): void {
    // Text after calls, or after another text, is an answer of its own.
    if (this.content.length > 0 || this.calls.length > 0) this.close();
    this.content = toParts(item.content, place);
  }

  private addReasoning({ summary, encrypted_content: encrypted }: ResponsesInputItem): void {
    if (this.content.length > 0 || this.calls.length > 0) this.close();
    this.reasoning += (summary ?? []).map(({ text }) => text ?? '').join('');
    this.thinking.push(...decodeThinking(encrypted));
  }

  private close(): void {
    const { content, calls, thinking, reasoning } = this;
    if (content.length > 0 || calls.length > 0) {
      this.done.push({
        role: 'assistant',
        content: content.length === 0 ? null : joined(content),
        ...(calls.length > 0 && { tool_calls: calls }),
        ...(thinking.length > 0 && { thinking_blocks: thinking }),
        ...(reasoning !== '' && { reasoning_content: reasoning }),
      });
    }
    this.content = [];
    this.calls = [];
    this.thinking = [];
    this.reasoning = '';
  }
}

function toMessage(item: ResponsesInputItem, place: string): ChatMessage {
  const { role } = item;
  if (role !== 'user' && role !== 'system' && role !== 'developer')
    throw refusedMember(`${place}.role`, 'must be user, system, developer or assistant');
  return { role, content: joined(toParts(item.content, place)) };
}

function toToolCall({ call_id: id, name, arguments: text }: ResponsesInputItem, place: string): ToolCall {
  if (typeof id !== 'string' || typeof name !== 'string')
    throw refusedMember(place, 'a function_call needs a call_id and a name');
  return { id, type: 'function', function: { name, arguments: text ?? '{}' } };
}

function toToolMessage({ call_id: id, output }: ResponsesInputItem, place: string): ChatMessage {
  if (typeof id !== 'string') throw refusedMember(place, 'a function_call_output needs a call_id');
  return { role: 'tool', tool_call_id: id, content: joined(toParts(output, place)) };
}

function toParts(content: ResponsesInputItem['content'], place: string): readonly ContentPart[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.map((part) => toPart(part, place));
}

function toPart(part: ResponsesContentPart, place: string): ContentPart {
  const { type, text, image_url: image, file_id: fileId, input_audio: audio } = part;
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: text ?? '' };
    case 'refusal':
      return { type: 'refusal', refusal: part.refusal ?? '' };
    case 'input_image':
      if (typeof image === 'string')
        return { type: 'image_url', image_url: { url: image, ...(part.detail && { detail: part.detail }) } };
      break;
    case 'input_file': {
      const { file_data: data, file_url: url, filename } = part;
      const id = fileId ?? url;
      if (typeof data === 'string') return { type: 'file', file: { file_data: data, ...(filename && { filename }) } };
      if (typeof id === 'string') return { type: 'file', file: { file_id: id, ...(filename && { filename }) } };
      break;
    }
    case 'input_audio':
      if (audio) return { type: 'input_audio', input_audio: audio };
  }
  throw refusedMember(place, `a part of the type ${type} cannot be sent to the provider of this model as it is`);
}

/** One plain text stays a text: every provider takes that. */
function joined(parts: readonly ContentPart[]): string | readonly ContentPart[] {
  const [only] = parts;
  if (parts.length === 0) return '';
  return parts.length === 1 && only?.type === 'text' ? only.text : parts;
}
