/** Puts the chunks of a stream together to the answer that they stand for, as a client would. */
import type { ChatCompletionChunk, ChatDelta, ToolCallDelta } from '../schema/openai/chat.js';

/** A whole choice; members that no chunk brought are absent. */
export interface AssembledChoice {
  readonly index: number;
  readonly message: Readonly<Record<string, unknown>>;
  readonly finish_reason: string | null;
}

interface GrowingCall {
  id?: string;
  type?: string;
  function: { name: string; arguments: string };
}

interface GrowingChoice {
  readonly message: Record<string, unknown>;
  readonly calls: Map<number, GrowingCall>;
  finishReason: string | null;
}

const texts = ['content', 'reasoning_content', 'refusal'] as const;

/** The choices by index, as a whole answer would list them (`content` is null where no text came). */
export function assembleStream(chunks: readonly ChatCompletionChunk[]): readonly AssembledChoice[] {
  const choices = new Map<number, GrowingChoice>();
  for (const chunk of chunks) {
    for (const { index, delta, finish_reason: finishReason } of chunk.choices) {
      let choice = choices.get(index);
      if (!choice) choices.set(index, (choice = { message: { content: null }, calls: new Map(), finishReason: null }));
      addDelta(choice, delta);
      choice.finishReason = finishReason ?? choice.finishReason;
    }
  }
  return [...choices].sort(([one], [other]) => one - other).map(([index, choice]) => finish(index, choice));
}

function addDelta(choice: GrowingChoice, delta: ChatDelta): void {
  if (delta.role) choice.message['role'] = delta.role;
  for (const name of texts) {
    if (delta[name]) choice.message[name] = `${(choice.message[name] as string | null) ?? ''}${delta[name]}`;
  }
  if (delta.thinking_blocks) {
    const before = (choice.message['thinking_blocks'] as unknown[] | undefined) ?? [];
    choice.message['thinking_blocks'] = [...before, ...delta.thinking_blocks];
  }
  for (const part of delta.tool_calls ?? []) addCall(choice.calls, part);
}

function addCall(calls: Map<number, GrowingCall>, part: ToolCallDelta): void {
  let call = calls.get(part.index);
  if (!call) calls.set(part.index, (call = { function: { name: '', arguments: '' } }));
  if (part.id) call.id = part.id;
  if (part.type) call.type = part.type;
  call.function.name += part.function?.name ?? '';
  call.function.arguments += part.function?.arguments ?? '';
}

function finish(index: number, { message, calls, finishReason }: GrowingChoice): AssembledChoice {
  const toolCalls = [...calls].sort(([one], [other]) => one - other).map(([, call]) => call);
  return {
    index,
    message: toolCalls.length > 0 ? { ...message, tool_calls: toolCalls } : message,
    finish_reason: finishReason,
  };
}
