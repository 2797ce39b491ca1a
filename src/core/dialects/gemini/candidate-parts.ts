/** What whole answers and streams have in common: the parts that a message becomes, and why it ended. */
import type { GeminiPart } from '../../schema/google/generate-content.js';
import type { AssistantMessage, FinishReason, ThinkingBlock, ToolCall } from '../../schema/openai/chat.js';
import { parseToolArguments } from '../../schema/openai/tool-arguments.js';

/** https://ai.google.dev/api/generate-content#FinishReason */
export function toFinishReason(reason: FinishReason | null): string {
  if (reason === 'length') return 'MAX_TOKENS';
  return reason === 'content_filter' ? 'SAFETY' : 'STOP';
}

export function toParts(message: AssistantMessage): GeminiPart[] {
  const { content, refusal, reasoning_content: reasoning, thinking_blocks: thinking, tool_calls: calls } = message;
  const text = content ?? refusal;
  return [
    ...(thinking?.length ? thinking.flatMap(toThought) : reasoning ? [{ text: reasoning, thought: true }] : []),
    ...(text ? [{ text }] : []),
    ...imagesOf(message).flatMap(toBlob),
    ...(calls ?? []).map(toCall),
  ];
}

/** The signature goes along, so that the thought may come back with it. */
export function toThought(block: ThinkingBlock): GeminiPart[] {
  if (block.type !== 'thinking') return [];
  const { thinking, signature } = block;
  return [{ text: thinking, thought: true, ...(signature ? { thoughtSignature: signature } : undefined) }];
}

export function toCall({ id, function: called }: Pick<ToolCall, 'id' | 'function'>): GeminiPart {
  return { functionCall: { id, name: called.name, args: parseToolArguments(called.arguments) ?? {} } };
}

/** Pictures that a model has made, as the hub has them beside the text. */
export function imagesOf(message: object): readonly string[] {
  const { images } = message as { images?: readonly { image_url?: { url?: unknown } }[] };
  return (images ?? []).map((image) => image.image_url?.url).filter((url) => typeof url === 'string');
}

export function toBlob(url: string): GeminiPart[] {
  const [, mimeType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  return mimeType === undefined || data === undefined ? [] : [{ inlineData: { mimeType, data } }];
}
