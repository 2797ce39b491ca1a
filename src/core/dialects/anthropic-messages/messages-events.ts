/** The events of one streamed message, made from the hub's chunks: blocks opened, continued and closed one after the other. */
// https://platform.claude.com/docs/en/build-with-claude/streaming
import type {
  ChatCompletionChunk,
  ChatDelta,
  FinishReason,
  ThinkingBlock,
  ToolCallDelta,
} from '../../schema/openai/chat.js';
import type { Usage } from '../../spec/usage.js';
import { messageId, stopReasonOf, toThinking } from './message-parts.js';

type BlockKind = 'text' | 'thinking' | 'tool';

export class MessagesEvents {
  private begun = false;
  private ended = false;
  private nextIndex = 0;
  private open: { readonly kind: BlockKind; readonly index: number } | undefined;
  /** The block of each tool call, by the call's index. */
  private readonly toolBlocks = new Map<number, number>();
  private finish: FinishReason | null = null;
  private text = '';

  of(chunk: ChatCompletionChunk): string {
    this.text = '';
    this.begin(chunk);
    for (const { index, delta, finish_reason: finish } of chunk.choices) {
      // The dialect knows one answer only.
      if (index !== 0) continue;
      this.continue(delta);
      this.finish = finish ?? this.finish;
    }
    return this.text;
  }

  /** What closes the message. Empty where nothing has begun, as after a stream without a chunk. */
  end(usage: Usage | undefined): string {
    this.text = '';
    if (!this.begun || this.ended) return '';
    this.ended = true;
    this.close();
    this.emit('message_delta', {
      delta: { stop_reason: stopReasonOf(this.finish), stop_sequence: null },
      usage: usageOf(usage),
    });
    this.emit('message_stop', {});
    return this.text;
  }

  private begin({ id, model }: ChatCompletionChunk): void {
    if (this.begun) return;
    this.begun = true;
    this.emit('message_start', {
      message: {
        id: messageId(id),
        type: 'message',
        role: 'assistant',
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        // The counts are known at the end only; there they are complete.
        usage: { input_tokens: 0, output_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
      },
    });
  }

  private continue(delta: ChatDelta): void {
    const { reasoning_content: reasoning, thinking_blocks: thinking, content, refusal, tool_calls: calls } = delta;
    if (reasoning)
      this.add(
        'thinking',
        { type: 'thinking', thinking: '', signature: '' },
        { type: 'thinking_delta', thinking: reasoning },
      );
    for (const block of thinking ?? []) this.addThinking(block);
    const text = content ?? refusal;
    if (text) this.add('text', { type: 'text', text: '' }, { type: 'text_delta', text });
    for (const call of calls ?? []) this.addToolCall(call);
  }

  private add(kind: BlockKind, start: object, delta: object): void {
    if (this.open?.kind !== kind) this.start(kind, start);
    this.emit('content_block_delta', { index: this.open?.index, delta });
  }

  /** A finished block: its text has been streamed as reasoning where it holds any; what is left is the signature. */
  private addThinking(block: ThinkingBlock): void {
    if (block.type === 'redacted_thinking') {
      this.close();
      this.start('thinking', toThinking(block));
      this.close();
      return;
    }
    if (this.open?.kind !== 'thinking') {
      this.start('thinking', { type: 'thinking', thinking: '', signature: '' });
      if (block.thinking)
        this.emit('content_block_delta', {
          index: this.open?.index,
          delta: { type: 'thinking_delta', thinking: block.thinking },
        });
    }
    if (block.signature)
      this.emit('content_block_delta', {
        index: this.open?.index,
        delta: { type: 'signature_delta', signature: block.signature },
      });
    this.close();
  }

  private addToolCall({ index, id, function: called }: ToolCallDelta): void {
    let block = this.toolBlocks.get(index);
    if (block === undefined) {
      this.start('tool', { type: 'tool_use', id: id ?? `toolu_${index}`, name: called?.name ?? '', input: {} });
      block = this.nextIndex - 1;
      this.toolBlocks.set(index, block);
    }
    if (called?.arguments)
      this.emit('content_block_delta', {
        index: block,
        delta: { type: 'input_json_delta', partial_json: called.arguments },
      });
  }

  private start(kind: BlockKind, contentBlock: object): void {
    this.close();
    const index = this.nextIndex++;
    this.open = { kind, index };
    this.emit('content_block_start', { index, content_block: contentBlock });
    // Where Anthropic's own streams have theirs.
    if (index === 0) this.emit('ping', {});
  }

  private close(): void {
    if (!this.open) return;
    this.emit('content_block_stop', { index: this.open.index });
    this.open = undefined;
  }

  private emit(type: string, members: object): void {
    this.text += `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
  }
}

function usageOf(usage: Usage | undefined): object {
  const created = (usage?.cacheCreationTokens ?? 0) + (usage?.cacheCreation1hTokens ?? 0);
  const read = usage?.cachedTokens ?? 0;
  return {
    input_tokens: Math.max(0, (usage?.promptTokens ?? 0) - created - read),
    cache_creation_input_tokens: created,
    cache_read_input_tokens: read,
    output_tokens: usage?.completionTokens ?? 0,
  };
}
