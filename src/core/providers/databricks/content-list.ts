/** Quirk: Claude's answers are a list of reasoning and text here; clients read a text and `reasoning_content`. */
// https://docs.databricks.com/aws/en/machine-learning/model-serving/query-reason-models
import type { ChatMessage, ThinkingBlock } from '../../schema/openai/chat.js';
import type { JsonObject, Quirk } from '../openai-compatible/index.js';

export const contentList: Quirk = {
  name: 'content-list',
  request: withReasoningParts,
  answer: (completion) => inChoices(completion, 'message'),
  chunk: (chunk) => inChoices(chunk, 'delta'),
};

/** Signed thoughts of earlier answers go back in the form that they came in; members that only clients read are left out. */
function withReasoningParts(body: JsonObject): JsonObject {
  const messages = body['messages'] as readonly ChatMessage[];
  if (!messages.some(hasOwnMembers)) return body;
  return { ...body, messages: messages.map((message) => (hasOwnMembers(message) ? toParts(message) : message)) };
}

function hasOwnMembers(message: ChatMessage): boolean {
  return message.thinking_blocks !== undefined || message.reasoning_content !== undefined;
}

function toParts(message: ChatMessage): object {
  const { thinking_blocks: blocks, reasoning_content: _text, content, ...rest } = message;
  const reasoning = (blocks ?? []).flatMap(toReasoningPart);
  if (reasoning.length === 0) return { ...rest, content };
  const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
  return { ...rest, content: [...reasoning, ...parts] };
}

function toReasoningPart(block: ThinkingBlock): object[] {
  if (block.type !== 'thinking' || block.signature === undefined) return [];
  return [{ type: 'reasoning', summary: [{ type: 'summary_text', text: block.thinking, signature: block.signature }] }];
}

function inChoices(body: JsonObject, holder: 'message' | 'delta'): JsonObject {
  const choices = body['choices'];
  if (!Array.isArray(choices)) return body;
  const plain = choices.map((choice: unknown) => toPlainText(choice, holder));
  return plain.some((choice, index) => choice !== choices[index]) ? { ...body, choices: plain } : body;
}

function toPlainText(choice: unknown, holder: 'message' | 'delta'): unknown {
  const message = (choice as JsonObject | null)?.[holder] as JsonObject | null | undefined;
  const content = message?.['content'];
  if (!Array.isArray(content)) return choice;
  const parts = content.map((part: unknown) => Object(part) as JsonObject);
  const text = parts.filter(({ type }) => type === 'text').map(textIn);
  const summaries = parts.filter(({ type }) => type === 'reasoning').flatMap(summariesOf);
  const reasoning = summaries.map(textIn).join('');
  const signed = summaries.filter(({ signature }) => typeof signature === 'string' && signature !== '');
  return {
    ...(choice as JsonObject),
    [holder]: {
      ...message,
      content: text.length === 0 && holder === 'message' ? null : text.join(''),
      ...(reasoning !== '' && { reasoning_content: reasoning }),
      ...(signed.length > 0 && { thinking_blocks: signed.map(toThinkingBlock) }),
    },
  };
}

function summariesOf({ summary }: JsonObject): JsonObject[] {
  return Array.isArray(summary) ? summary.map((part: unknown) => Object(part) as JsonObject) : [];
}

function textIn({ text }: JsonObject): string {
  return typeof text === 'string' ? text : '';
}

function toThinkingBlock(summary: JsonObject): ThinkingBlock {
  return { type: 'thinking', thinking: textIn(summary), signature: String(summary['signature']) };
}
