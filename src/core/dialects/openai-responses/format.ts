/** Writes hub answers as clients of the Responses API read them: one response, or its events in the documented order. */
import type { AssistantMessage, ChatCompletion, ChatCompletionChunk, ChatUsage } from '../../schema/openai/chat.js';
import type { MessageItem, OutputItem, ResponseObject, ResponsesUsage } from '../../schema/openai/responses.js';
import type { AnswerFormat } from '../../spec/exchange.js';
import type { Usage } from '../../spec/usage.js';
import type { GatewayError } from '../../errors/gateway-error.js';
import { encodeThinking } from './encrypted-thinking.js';
import type { ResponsesContext } from './keeping.js';
import { callItem, flatAnnotation, outputText, reasoningItem } from './output-items.js';
import { ResponseEvents } from './response-events.js';
import { cutShort, itemId, toResponse } from './response-object.js';

/** One answer; a stream's events depend on those before, so each answer has a format of its own. */
export class ResponsesFormat implements AnswerFormat<string, string> {
  readonly needsUsage = true;
  private readonly events: ResponseEvents;

  constructor(private readonly context: ResponsesContext) {
    this.events = new ResponseEvents(context);
  }

  whole(completion: ChatCompletion): string {
    const response = toWholeResponse(completion, this.context);
    const { keeping } = this.context;
    if (keeping === undefined) return JSON.stringify(response);
    keeping.hold({ response, write: JSON.stringify });
    return '';
  }

  part(chunks: readonly ChatCompletionChunk[]): string {
    let text = '';
    for (const chunk of chunks) text += this.events.of(chunk);
    return text;
  }

  tail(_last: ChatCompletionChunk | undefined, usage: Usage | undefined): string {
    return this.events.end(usage);
  }

  /** What ends a stream that has begun and then failed. */
  fail(error: GatewayError): string {
    return this.events.fail(error);
  }
}

export function toWholeResponse({ choices, model, usage }: ChatCompletion, context: ResponsesContext): ResponseObject {
  const [choice] = choices;
  const finish = choice?.finish_reason ?? null;
  const items = choice ? toItems(choice.message, context) : [];
  const output = cutShort(finish) ? lastIncomplete(items) : items;
  return toResponse(context, {
    model,
    output,
    finish,
    status: 'completed',
    usage: usage ? fromChatUsage(usage) : null,
  });
}

function lastIncomplete(items: readonly OutputItem[]): readonly OutputItem[] {
  const last = items.at(-1);
  if (last === undefined || last.type === 'reasoning') return items;
  return [...items.slice(0, -1), { ...last, status: 'incomplete' }];
}

function toItems(message: AssistantMessage, context: ResponsesContext): OutputItem[] {
  const { content, refusal, reasoning_content: reasoning, thinking_blocks: thinking, tool_calls: calls } = message;
  const items: OutputItem[] = [];
  const encrypted = encodeThinking(thinking ?? []);
  if (reasoning || encrypted) items.push(reasoningItem(itemId('rs', context, 0), reasoning ?? '', encrypted));
  if (content || refusal) items.push(messageItem(itemId('msg', context, items.length), message));
  for (const { id, function: called } of calls ?? [])
    items.push(callItem(itemId('fc', context, items.length), id, called.name, called.arguments));
  return items;
}

function messageItem(id: string, { content, refusal, annotations }: AssistantMessage): MessageItem {
  const parts = [
    ...(content ? [outputText(content, (annotations ?? []).map(flatAnnotation))] : []),
    ...(refusal ? [{ type: 'refusal' as const, refusal }] : []),
  ];
  return { type: 'message', id, status: 'completed', role: 'assistant', content: parts };
}

function fromChatUsage(usage: ChatUsage): ResponsesUsage {
  return {
    input_tokens: usage.prompt_tokens,
    input_tokens_details: { cached_tokens: usage.prompt_tokens_details?.cached_tokens ?? 0 },
    output_tokens: usage.completion_tokens,
    output_tokens_details: { reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? 0 },
    total_tokens: usage.total_tokens,
  };
}
