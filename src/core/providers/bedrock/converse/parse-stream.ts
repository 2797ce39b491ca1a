/** The bytes of ConverseStream's event stream as chat completion chunks. */
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html
import { GatewayError } from '../../../errors/gateway-error.js';
import type { ChatCompletionChunk, ChatDelta, FinishReason } from '../../../schema/openai/chat.js';
import { ChunkFrame } from '../../../schema/openai/chunk-frame.js';
import { wantsFunctionCall } from '../../../schema/openai/tool-names.js';
import type { ChatCall, ChatStreamParser } from '../../../spec/chat-adapter.js';
import type { Usage } from '../../../spec/usage.js';
import { AwsEventStreamDecoder, type AwsStreamMessage } from '../../../transport/aws-event-stream-decoder.js';
import { jsonToolName, toolNames } from '../../anthropic/tool-names.js';
import { readModel } from '../model-id.js';
import { streamFault } from '../parse-error.js';
import { invalidAnswer, providerId } from '../provider-id.js';
import { finishReason, toAnnotations, toUsage } from './map-answer.js';
import { answersByTool, toThinkingBlock } from './parse-response.js';
import type { AnswerCitation, StreamEvent } from './wire.js';

/** A content block between its first event and its stop; only tool calls have a start of their own. */
interface OpenBlock {
  kind: 'text' | 'thinking' | 'tool' | 'json' | 'own';
  /** Where its text begins in the whole answer's. */
  readonly textStart: number;
  hasInput: boolean;
  thinking: string;
  signature: string;
  redacted: string;
  readonly citations: AnswerCitation[];
}

type Delta = NonNullable<StreamEvent['delta']>;

export class ConverseStreamParser implements ChatStreamParser {
  /** Set by the counts, which come last. */
  finished = false;
  beforeFault: readonly ChatCompletionChunk[] = [];
  usage: Usage | undefined;
  private readonly decoder = new AwsEventStreamDecoder();
  private readonly frame: ChunkFrame;
  private readonly jsonMode: boolean;
  private readonly legacy: boolean;
  private readonly blocks = new Map<number | undefined, OpenBlock>();
  private begun = false;
  private stopped = false;
  private textLength = 0;
  private toolCount = 0;
  /** Text of an answer that may still turn out to be only the preface of its JSON. */
  private heldText = '';
  private chunks: ChatCompletionChunk[] = [];

  constructor(private readonly call: ChatCall) {
    this.frame = new ChunkFrame({ ...call, model: readModel(call.model).id });
    this.jsonMode = answersByTool(call);
    this.legacy = wantsFunctionCall(call.body);
  }

  push(bytes: Uint8Array): readonly ChatCompletionChunk[] {
    this.chunks = [];
    this.beforeFault = [];
    try {
      for (const message of this.decoder.push(bytes)) if (!this.finished) this.read(message);
    } catch (error) {
      this.beforeFault = this.chunks;
      throw error instanceof GatewayError ? error : invalidAnswer('an event of its stream has an unknown shape', error);
    }
    return this.chunks;
  }

  end(): readonly ChatCompletionChunk[] {
    this.beforeFault = [];
    // Without its counts the answer is still whole.
    if (!this.finished && !(this.decoder.end() && this.stopped))
      throw new GatewayError('upstream_stream_truncated', { provider: providerId });
    return [];
  }

  private read(message: AwsStreamMessage): void {
    if (message.type !== 'event') throw streamFault(message, providerId);
    const event = parseEvent(message.payload);
    switch (message.name) {
      case 'messageStart':
        this.begun = true;
        this.emit({ role: 'assistant', content: '' });
        break;
      case 'contentBlockStart':
        this.startBlock(event);
        break;
      case 'contentBlockDelta':
        this.continueBlock(event.contentBlockIndex, event.delta ?? {});
        break;
      case 'contentBlockStop':
        this.stopBlock(event.contentBlockIndex);
        break;
      case 'messageStop':
        this.stop(event.stopReason);
        break;
      case 'metadata':
        this.usage = toUsage(event.usage, event.serviceTier?.type);
        this.finished = this.stopped;
        break;
      default:
      // Events that are not known yet.
    }
  }

  private open(index: number | undefined, kind: OpenBlock['kind']): OpenBlock {
    if (!this.begun) throw invalidAnswer('its stream does not begin with messageStart');
    const textStart = this.textLength;
    const block = { kind, textStart, hasInput: false, thinking: '', signature: '', redacted: '', citations: [] };
    this.blocks.set(index, block);
    return block;
  }

  private startBlock({ contentBlockIndex: index, start }: StreamEvent): void {
    const toolUse = start?.toolUse;
    if (!toolUse) return;
    if (toolUse.type === 'server_tool_use') {
      this.open(index, 'own');
      return;
    }
    const isJson = this.jsonMode && toolUse.name === jsonToolName;
    this.open(index, isJson ? 'json' : 'tool');
    if (isJson) {
      this.heldText = '';
      return;
    }
    this.toolCount += 1;
    const called = { name: toolNames.toClient(toolUse.name ?? '', this.call.body), arguments: '' };
    const at = this.toolCount - 1;
    const toolCall = { index: at, id: toolUse.toolUseId ?? '', type: 'function' as const, function: called };
    this.emit(this.legacy ? { function_call: called } : { tool_calls: [toolCall] });
  }

  private continueBlock(index: number | undefined, { text, toolUse, reasoningContent, citation }: Delta): void {
    const block = this.blocks.get(index) ?? this.open(index, 'text');
    if (typeof text === 'string') this.addText(text);
    else if (toolUse) this.addInput(block, toolUse.input ?? '');
    else if (reasoningContent) {
      block.kind = 'thinking';
      block.thinking += reasoningContent.text ?? '';
      block.signature += reasoningContent.signature ?? '';
      block.redacted += reasoningContent.redactedContent ?? '';
      if (reasoningContent.text) this.emit({ reasoning_content: reasoningContent.text });
    } else if (citation) block.citations.push(citation);
  }

  private stopBlock(index: number | undefined): void {
    const block = this.blocks.get(index);
    if (!block) return;
    this.blocks.delete(index);
    const { kind, thinking, signature, redacted, citations, textStart } = block;
    if ((kind === 'tool' || kind === 'json') && !block.hasInput) this.addInput(block, '{}');
    else if (kind === 'thinking') {
      if (redacted !== '') this.emit({ thinking_blocks: [toThinkingBlock(undefined, redacted)] });
      if (thinking !== '' || signature !== '')
        this.emit({ thinking_blocks: [toThinkingBlock({ text: thinking, signature }, undefined)] });
    } else if (citations.length > 0) {
      const annotations = citations.flatMap((each) => toAnnotations(each, textStart, this.textLength));
      const cited = { citationsContent: { citations } };
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
    block.hasInput = true;
    if (block.kind === 'json') this.emit({ content: json });
    else if (block.kind === 'tool') {
      const called = { arguments: json };
      const at = this.toolCount - 1;
      this.emit(this.legacy ? { function_call: called } : { tool_calls: [{ index: at, function: called }] });
    }
  }

  private stop(stopReason: unknown): void {
    if (!this.begun) throw invalidAnswer('its stream does not begin with messageStart');
    if (this.heldText !== '') this.emit({ content: this.heldText });
    const reason = finishReason(stopReason, this.toolCount > 0);
    if (reason) this.emit({}, reason === 'tool_calls' && this.legacy ? 'function_call' : reason);
    this.stopped = true;
  }

  private emit(delta: ChatDelta, finish: FinishReason | null = null): void {
    this.chunks.push(this.frame.chunk(delta, finish));
  }
}

function parseEvent(payload: Uint8Array): StreamEvent {
  let event: unknown;
  try {
    event = JSON.parse(new TextDecoder().decode(payload));
  } catch (cause) {
    throw invalidAnswer('an event of its stream is not JSON', cause);
  }
  if (typeof event !== 'object' || event === null) throw invalidAnswer('an event of its stream is no JSON object');
  return event;
}
