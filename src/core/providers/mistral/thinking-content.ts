/** Quirk: reasoning models answer with a list of parts, thoughts among them; clients read a text and `reasoning_content`. */
// https://docs.mistral.ai/capabilities/reasoning
import type { ChatMessage, ThinkingBlock } from '../../schema/openai/chat.js';
import type { ChatCall } from '../../spec/chat-adapter.js';
import type { JsonObject, Quirk } from '../openai-compatible/index.js';

export const thinkingContent: Quirk = {
  name: 'thinking-content',
  answer: (completion) => inChoices(completion, 'message'),
  chunk: (chunk) => inChoices(chunk, 'delta'),
};

/** True where the model is one that takes its own earlier thoughts back. */
export function reasons({ model, body }: Pick<ChatCall, 'model' | 'body'>): boolean {
  const { reasoning_effort: effort, prompt_mode: mode } = body;
  return model.startsWith('magistral') || mode === 'reasoning' || (typeof effort === 'string' && effort !== 'none');
}

/** Earlier thoughts as parts of an assistant message. */
export function toThinkChunks({ thinking_blocks: blocks, reasoning_content: reasoning }: ChatMessage): object[] {
  const thoughts = blocks?.length ? blocks : reasoning ? [{ type: 'thinking' as const, thinking: reasoning }] : [];
  return thoughts.flatMap((block) => {
    if (block.type !== 'thinking') return [];
    const { thinking: text, signature } = block;
    return [{ type: 'thinking', thinking: [{ type: 'text', text }], closed: true, ...(signature && { signature }) }];
  });
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
  const text = parts.map((part) => (part['type'] === 'text' ? textIn(part) : '')).join('');
  const thoughts = parts.filter((part) => part['type'] === 'thinking');
  const reasoning = thoughts.map(textOfThought).join('');
  const references = parts.filter((part) => part['type'] === 'reference');
  const signed = thoughts.filter((part) => typeof part['signature'] === 'string');
  return {
    ...(choice as JsonObject),
    [holder]: {
      ...message,
      content: text === '' && holder === 'message' && thoughts.length === 0 ? null : text,
      ...(reasoning !== '' && { reasoning_content: reasoning }),
      ...(signed.length > 0 && { thinking_blocks: signed.map(toThinkingBlock) }),
      ...(references.length > 0 && { provider_specific_fields: { references } }),
    },
  };
}

function textOfThought({ thinking }: JsonObject): string {
  if (!Array.isArray(thinking)) return typeof thinking === 'string' ? thinking : '';
  return thinking.map((part: unknown) => textIn(Object(part) as JsonObject)).join('');
}

function textIn({ text }: JsonObject): string {
  return typeof text === 'string' ? text : '';
}

function toThinkingBlock(thought: JsonObject): ThinkingBlock {
  return { type: 'thinking', thinking: textOfThought(thought), signature: String(thought['signature']) };
}
