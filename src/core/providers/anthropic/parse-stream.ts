/** The bytes of Anthropic's event stream as chat completion chunks. */
import { GatewayError } from '../../errors/gateway-error.js';
import type {
  AnthropicAnswerBlock,
  AnthropicDelta,
  AnthropicStreamEvent,
  AnthropicUsage,
} from '../../schema/anthropic/messages.js';
import type { ChatCompletionChunk, ChatDelta, FinishReason } from '../../schema/openai/chat.js';
import { ChunkFrame } from '../../schema/openai/chunk-frame.js';
import { toArgumentsText } from '../../schema/openai/tool-arguments.js';
import { wantsFunctionCall } from '../../schema/openai/tool-names.js';
import type { ChatCall, ChatStreamParser } from '../../spec/chat-adapter.js';
import type { Usage } from '../../spec/usage.js';
import { SseDecoder } from '../../transport/sse-decoder.js';
import { findReportedError } from '../openai-compatible/parse-error.js';
import { anthropicHost, inNameOf, type ClaudeHost } from './claude-host.js';
import { finishReason } from './finish-reason.js';
import { mergeUsage, toUsage } from './map-usage.js';
import { answersByTool, invalidAnswer, toAnnotations, toThinkingBlock } from './parse-response.js';
import { jsonToolName, toolNames } from './tool-names.js';

type BlockKind = 'text' | 'thinking' | 'tool' | 'json' | 'own';

/** A content block between its start and its stop. */
interface OpenBlock {
  readonly kind: BlockKind;
  readonly start: AnthropicAnswerBlock;
  /** Where its text begins in the whole answer's. */
  readonly textStart: number;
  /** Thinking, or the JSON of an input, so far. */
  collected: string;
  signature: string;
  citations: NonNullable<AnthropicDelta['citation']>[];
}

/** https://platform.claude.com/docs/en/build-with-claude/streaming */
export class AnthropicStreamParser implements ChatStreamParser {
  finished = false;
  beforeFault: readonly ChatCompletionChunk[] = [];
  private readonly decoder = new SseDecoder();
  private readonly jsonMode: boolean;
  private readonly legacy: boolean;
  private readonly blocks = new Map<number | undefined, OpenBlock>();
  private readonly frame: ChunkFrame;
  private begun = false;
  private wireUsage: AnthropicUsage | undefined;
  private stopReason: string | null = null;
  private textLength = 0;
  private toolCount = 0;
  /** Text of an answer that may still turn out to be only the preface of its JSON. */
  private heldText = '';
  private chunks: ChatCompletionChunk[] = [];

  constructor(
    private readonly call: ChatCall,
    private readonly host: ClaudeHost = anthropicHost,
  ) {
    this.frame = new ChunkFrame(call);
    this.jsonMode = answersByTool(call, host);
    this.legacy = wantsFunctionCall(call.body);
  }

  get usage(): Usage | undefined {
    return toUsage(this.wireUsage);
  }

  push(bytes: Uint8Array): readonly ChatCompletionChunk[] {
    return inNameOf(this.host.provider, () => this.readBytes(bytes));
  }

  private readBytes(bytes: Uint8Array): readonly ChatCompletionChunk[] {
    this.chunks = [];
    this.beforeFault = [];
    try {
      for (const { data } of this.decoder.push(bytes)) if (!this.finished) this.read(data);
    } catch (error) {
      this.beforeFault = this.chunks;
      throw error instanceof GatewayError ? error : invalidAnswer('an event of its stream has an unknown shape', error);
    }
    return this.chunks;
  }

  end(): readonly ChatCompletionChunk[] {
    this.beforeFault = [];
    this.decoder.end();
    if (!this.finished) throw new GatewayError('upstream_stream_truncated', { provider: this.host.provider });
    return [];
  }

  private read(data: string): void {
    const event = parseEvent(data);
    if (event.type === 'content_block_delta') this.continueBlock(this.blocks.get(event.index), event.delta ?? {});
    else if (event.type === 'content_block_start') this.startBlock(event);
    else if (event.type === 'content_block_stop') this.stopBlock(event.index);
    else if (event.type === 'message_start') {
      this.begun = true;
      this.frame.id = event.message?.id ?? this.frame.id;
      this.frame.model = event.message?.model ?? this.frame.model;
      this.wireUsage = event.message?.usage;
      this.emit({ role: 'assistant', content: '' });
    } else if (event.type === 'message_delta') {
      this.stopReason = event.delta?.stop_reason ?? this.stopReason;
      if (event.usage) this.wireUsage = mergeUsage(this.wireUsage, event.usage);
    } else if (event.type === 'message_stop') this.finish();
    else if (event.type === 'error')
      throw (
        findReportedError(event, 'anthropic', 'upstream_stream_error') ?? invalidAnswer('an error event says nothing')
      );
    // Pings, and events that are not known yet, are skipped as Anthropic asks.
  }

  private startBlock({ index, content_block: start }: AnthropicStreamEvent): void {
    if (!start || !this.begun) throw invalidAnswer('its stream does not begin with message_start');
    const kind = this.kindOf(start);
    const block: OpenBlock = { kind, start, textStart: this.textLength, collected: '', signature: '', citations: [] };
    this.blocks.set(index, block);
    if (kind === 'text') this.addText(start.text ?? '');
    else if (kind === 'json') this.heldText = '';
    else if (start.thinking) this.continueBlock(block, { type: 'thinking_delta', thinking: start.thinking });
    else if (start.type === 'redacted_thinking') this.emit({ thinking_blocks: [toThinkingBlock(start)] });
    else if (kind === 'tool') {
      this.toolCount += 1;
      const name = toolNames.toClient(start.name ?? '', this.call.body);
      const called = { name, arguments: '' };
      const toolCall = { index: this.toolCount - 1, id: start.id ?? '', type: 'function' as const, function: called };
      this.emit(this.legacy ? { function_call: called } : { tool_calls: [toolCall] });
    }
  }

  private kindOf(block: AnthropicAnswerBlock): BlockKind {
    if (block.type === 'text') return 'text';
    if (block.type === 'thinking' || block.type === 'redacted_thinking') return 'thinking';
    if (block.type !== 'tool_use') return 'own';
    return this.jsonMode && block.name === jsonToolName ? 'json' : 'tool';
  }

  private continueBlock(block: OpenBlock | undefined, delta: AnthropicDelta): void {
    if (!block) throw invalidAnswer('its stream continues a content block that it never began');
    if (delta.type === 'text_delta') this.addText(delta.text ?? '');
    else if (delta.type === 'input_json_delta') {
      const json = delta.partial_json ?? '';
      block.collected += json;
      this.addInput(block, json);
    } else if (delta.type === 'thinking_delta') {
      block.collected += delta.thinking ?? '';
      if (delta.thinking) this.emit({ reasoning_content: delta.thinking });
    } else if (delta.type === 'signature_delta') block.signature += delta.signature ?? '';
    else if (delta.type === 'citations_delta' && delta.citation) block.citations.push(delta.citation);
  }

  private stopBlock(index: number | undefined): void {
    const block = this.blocks.get(index);
    if (!block) return;
    this.blocks.delete(index);
    const { start, collected, citations } = block;
    if ((block.kind === 'tool' || block.kind === 'json') && collected === '')
      this.addInput(block, toArgumentsText(start.input));
    else if (start.type === 'thinking') {
      const whole = { ...start, thinking: collected, signature: block.signature || start.signature };
      this.emit({ thinking_blocks: [toThinkingBlock(whole)] });
    } else if (block.kind === 'own') {
      const whole = collected === '' ? start : { ...start, input: parseInput(collected) };
      this.emit({ provider_specific_fields: { content_blocks: [whole] } });
    } else if (citations.length > 0) {
      const annotations = citations.flatMap((each) => toAnnotations(each, block.textStart, this.textLength));
      const cited = { ...start, text: '', citations };
      this.emit({
        ...(annotations.length > 0 && { annotations }),
        provider_specific_fields: { content_blocks: [cited] },
      });
    }
  }

  private addText(text: string): void {
    this.textLength += text.length;
    if (this.jsonMode) this.heldText += text;
    else if (text !== '') this.emit({ content: text });
  }

  private addInput(block: OpenBlock, json: string): void {
    if (json === '') return;
    if (block.kind === 'json') this.emit({ content: json });
    else if (block.kind === 'tool') {
      const called = { arguments: json };
      this.emit(
        this.legacy ? { function_call: called } : { tool_calls: [{ index: this.toolCount - 1, function: called }] },
      );
    }
  }

  private finish(): void {
    if (!this.begun) throw invalidAnswer('its stream does not begin with message_start');
    if (this.heldText !== '') this.emit({ content: this.heldText });
    const reason = finishReason(this.stopReason, this.toolCount > 0);
    if (reason) this.emit({}, reason === 'tool_calls' && this.legacy ? 'function_call' : reason);
    this.finished = true;
  }

  private emit(delta: ChatDelta, finish: FinishReason | null = null): void {
    this.chunks.push(this.frame.chunk(delta, finish));
  }
}

function parseEvent(data: string): AnthropicStreamEvent {
  try {
    return JSON.parse(data) as AnthropicStreamEvent;
  } catch (cause) {
    throw invalidAnswer('an event of its stream is not JSON', cause);
  }
}

/** An input that `max_tokens` cut stays the text that it is. */
function parseInput(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
