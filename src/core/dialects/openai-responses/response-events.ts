/** The events of one streamed response, made from the hub's chunks: items opened, continued and closed one after the other. */
// https://platform.openai.com/docs/api-reference/responses-streaming
import type {
  ChatCompletionChunk,
  ChatDelta,
  FinishReason,
  ThinkingBlock,
  ToolCallDelta,
} from '../../schema/openai/chat.js';
import type { GatewayError } from '../../errors/gateway-error.js';
import type { ItemStatus, MessageItem, OutputItem, ResponseObject } from '../../schema/openai/responses.js';
import type { Usage } from '../../spec/usage.js';
import { encodeThinking } from './encrypted-thinking.js';
import { responsesErrorEvent } from './format-error.js';
import type { ResponsesContext } from './keeping.js';
import { callItem, flatAnnotation, outputText, reasoningItem } from './output-items.js';
import { cutShort, itemId, toResponse, toResponsesUsage } from './response-object.js';

/** An item between its `added` and its `done`. */
type OpenItem =
  | { readonly kind: 'reasoning'; readonly id: string; text: string; readonly thinking: ThinkingBlock[] }
  | {
      readonly kind: 'message';
      readonly id: string;
      hasText: boolean;
      text: string;
      refusal: string;
      readonly annotations: unknown[];
    }
  | {
      readonly kind: 'call';
      readonly id: string;
      readonly callId: string;
      name: string;
      text: string;
      readonly call: number;
    };

export class ResponseEvents {
  private begun = false;
  private ended = false;
  private sequence = 0;
  private model: string;
  private finish: FinishReason | null = null;
  private readonly output: OutputItem[] = [];
  private open: OpenItem | undefined;
  private text = '';

  constructor(private readonly context: ResponsesContext) {
    this.model = context.model;
  }

  of(chunk: ChatCompletionChunk): string {
    this.text = '';
    this.begin(chunk.model);
    for (const { index, delta, finish_reason: finish } of chunk.choices) {
      // The dialect knows one answer only.
      if (index !== 0) continue;
      this.continue(delta);
      this.finish = finish ?? this.finish;
    }
    return this.text;
  }

  /**
   * What closes the response; without its last event where somebody holds that. Empty where nothing has begun, as after a
   * stream without a chunk.
   */
  end(usage: Usage | undefined): string {
    this.text = '';
    if (!this.begun || this.ended) return '';
    this.ended = true;
    this.close(cutShort(this.finish) ? 'incomplete' : 'completed');
    const response = this.response('completed', usage);
    const { keeping } = this.context;
    if (keeping) keeping.hold({ response, write: (kept) => this.last(kept) });
    else this.emit(`response.${response.status}`, { response });
    return this.text;
  }

  /** What ends a response that has begun and then failed: why, and the response as far as it came. */
  fail(error: GatewayError): string {
    this.text = responsesErrorEvent(error, this.sequence++);
    if (this.begun && !this.ended) {
      this.ended = true;
      const { model, output } = this;
      const failed = { model, output: [...output], status: 'failed' as const, finish: null, usage: null, error };
      this.emit('response.failed', { response: toResponse(this.context, failed) });
    }
    return this.text;
  }

  private last(response: ResponseObject): string {
    this.text = '';
    this.emit(`response.${response.status}`, { response });
    return this.text;
  }

  private begin(model: string): void {
    if (this.begun) return;
    this.begun = true;
    this.model = model;
    this.emit('response.created', { response: this.response('in_progress', undefined) });
    this.emit('response.in_progress', { response: this.response('in_progress', undefined) });
  }

  private response(status: 'in_progress' | 'completed', usage: Usage | undefined) {
    const { model, output, finish } = this;
    return toResponse(this.context, {
      model,
      output: [...output],
      status,
      finish: status === 'completed' ? finish : null,
      usage: usage ? toResponsesUsage(usage) : null,
    });
  }

  private continue(delta: ChatDelta): void {
    const { reasoning_content: reasoning, thinking_blocks: thinking, content, refusal, tool_calls: calls } = delta;
    if (reasoning) this.addReasoning(reasoning);
    if (thinking?.length) this.reasoningItem().thinking.push(...thinking);
    if (content) this.addText(content);
    if (refusal) this.addRefusal(refusal);
    const annotations = delta['annotations'];
    if (Array.isArray(annotations)) this.addAnnotations(annotations);
    for (const call of calls ?? []) this.addCall(call);
  }

  private addReasoning(text: string): void {
    const item = this.reasoningItem();
    const place = { item_id: item.id, output_index: this.output.length, summary_index: 0 };
    if (item.text === '')
      this.emit('response.reasoning_summary_part.added', { ...place, part: { type: 'summary_text', text: '' } });
    item.text += text;
    this.emit('response.reasoning_summary_text.delta', { ...place, delta: text });
  }

  private reasoningItem(): Extract<OpenItem, { kind: 'reasoning' }> {
    if (this.open?.kind === 'reasoning') return this.open;
    this.close();
    const item = { kind: 'reasoning' as const, id: this.nextId('rs'), text: '', thinking: [] };
    this.open = item;
    this.emit('response.output_item.added', {
      output_index: this.output.length,
      item: { ...reasoningItem(item.id, '', undefined), status: 'in_progress' },
    });
    return item;
  }

  private addText(text: string): void {
    const item = this.messageItem();
    const place = { item_id: item.id, output_index: this.output.length, content_index: 0 };
    this.openText(item);
    item.text += text;
    this.emit('response.output_text.delta', { ...place, delta: text, logprobs: [] });
  }

  private openText(item: Extract<OpenItem, { kind: 'message' }>): void {
    if (item.hasText) return;
    item.hasText = true;
    const place = { item_id: item.id, output_index: this.output.length, content_index: 0 };
    this.emit('response.content_part.added', { ...place, part: outputText('') });
  }

  private addRefusal(refusal: string): void {
    const item = this.messageItem();
    const place = { item_id: item.id, output_index: this.output.length, content_index: item.hasText ? 1 : 0 };
    if (item.refusal === '')
      this.emit('response.content_part.added', { ...place, part: { type: 'refusal', refusal: '' } });
    item.refusal += refusal;
    this.emit('response.refusal.delta', { ...place, delta: refusal });
  }

  private addAnnotations(annotations: readonly unknown[]): void {
    const item = this.messageItem();
    if (annotations.length > 0) this.openText(item);
    for (const annotation of annotations.map(flatAnnotation)) {
      this.emit('response.output_text.annotation.added', {
        item_id: item.id,
        output_index: this.output.length,
        content_index: 0,
        annotation_index: item.annotations.length,
        annotation,
      });
      item.annotations.push(annotation);
    }
  }

  private messageItem(): Extract<OpenItem, { kind: 'message' }> {
    if (this.open?.kind === 'message') return this.open;
    this.close();
    const id = this.nextId('msg');
    const item = { kind: 'message' as const, id, hasText: false, text: '', refusal: '', annotations: [] };
    this.open = item;
    this.emit('response.output_item.added', {
      output_index: this.output.length,
      item: { type: 'message', id, status: 'in_progress', role: 'assistant', content: [] },
    });
    return item;
  }

  private addCall({ index, id, function: called }: ToolCallDelta): void {
    let item = this.open;
    if (item?.kind !== 'call' || item.call !== index) {
      this.close();
      item = {
        kind: 'call',
        id: this.nextId('fc'),
        callId: id ?? `call_${index}`,
        name: called?.name ?? '',
        text: '',
        call: index,
      };
      this.open = item;
      this.emit('response.output_item.added', {
        output_index: this.output.length,
        item: { ...callItem(item.id, item.callId, item.name, ''), status: 'in_progress' },
      });
    }
    if (!called?.arguments) return;
    item.text += called.arguments;
    this.emit('response.function_call_arguments.delta', {
      item_id: item.id,
      output_index: this.output.length,
      delta: called.arguments,
    });
  }

  private close(status: ItemStatus = 'completed'): void {
    const item = this.open;
    if (!item) return;
    this.open = undefined;
    const place = { item_id: item.id, output_index: this.output.length };
    const done = this.finishItem(item, place, status);
    this.emit('response.output_item.done', { output_index: place.output_index, item: done });
    this.output.push(done);
  }

  private finishItem(item: OpenItem, place: { item_id: string; output_index: number }, status: ItemStatus): OutputItem {
    if (item.kind === 'call') {
      this.emit('response.function_call_arguments.done', { ...place, name: item.name, arguments: item.text });
      return { ...callItem(item.id, item.callId, item.name, item.text), status };
    }
    if (item.kind === 'reasoning') {
      const { text } = item;
      const part = { type: 'summary_text', text };
      if (text !== '') {
        this.emit('response.reasoning_summary_text.done', { ...place, summary_index: 0, text });
        this.emit('response.reasoning_summary_part.done', { ...place, summary_index: 0, part });
      }
      return reasoningItem(item.id, text, encodeThinking(item.thinking));
    }
    return { ...this.finishMessage(item, place), status };
  }

  private finishMessage(
    { id, hasText, text, refusal, annotations }: Extract<OpenItem, { kind: 'message' }>,
    place: { item_id: string; output_index: number },
  ): MessageItem {
    const content: MessageItem['content'][number][] = [];
    if (hasText) {
      const part = outputText(text, annotations);
      this.emit('response.output_text.done', { ...place, content_index: 0, text, logprobs: [] });
      this.emit('response.content_part.done', { ...place, content_index: 0, part });
      content.push(part);
    }
    if (refusal !== '') {
      const part = { type: 'refusal' as const, refusal };
      const where = { ...place, content_index: content.length };
      this.emit('response.refusal.done', { ...where, refusal });
      this.emit('response.content_part.done', { ...where, part });
      content.push(part);
    }
    return { type: 'message', id, status: 'completed', role: 'assistant', content };
  }

  private nextId(kind: 'rs' | 'msg' | 'fc'): string {
    return itemId(kind, this.context, this.output.length);
  }

  private emit(type: string, members: object): void {
    this.text += `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.sequence++, ...members })}\n\n`;
  }
}
