/** A stream that another deployment may take over in the middle: what its client has got of it, and how the rest joins on. */
import type { ChatCompletionChunk, ChatCompletionRequest } from '../../core/schema/openai/chat.js';
import type { AnswerFormat, ChatCall, Usage } from '../../core/spec/index.js';

type StreamFormat = AnswerFormat<string, string>;
type StreamHead = Pick<ChatCompletionChunk, 'id' | 'created' | 'model'>;

/** True where an answer is one plain text: the beginning of anything else cannot be handed to another model. */
export function isContinuable(body: ChatCompletionRequest): boolean {
  const format = body['response_format'] as { readonly type?: unknown } | null | undefined;
  const isText = format == null || format.type === 'text';
  return isText && (body['n'] ?? 1) === 1 && !beyondText.some((member) => isAsked(body[member]));
}

function isAsked(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

const beyondText = ['tools', 'functions', 'logprobs', 'modalities', 'audio'];

export class StreamContinuation {
  private text = '';
  private head: StreamHead | undefined;
  /** Something has come that another model cannot go on from: reasoning, a refusal, the end. */
  private closed = false;
  /** Another attempt has taken over, and its first text is still to come. */
  private atSeam = false;
  private readonly format: StreamFormat;

  /** @param inner one for all attempts: the client sees one answer */
  constructor(inner: StreamFormat) {
    this.format = {
      ...(inner.needsUsage !== undefined && { needsUsage: inner.needsUsage }),
      whole: (completion) => inner.whole(completion),
      part: (chunks) => inner.part(chunks.flatMap((chunk) => this.joined(chunk))),
      tail: (last: ChatCompletionChunk | undefined, usage: Usage | undefined) =>
        inner.tail(last && { ...last, ...this.head }, usage),
    };
  }

  get isOpen(): boolean {
    return !this.closed;
  }

  /** The call of the next attempt and what writes its answer. */
  next(call: ChatCall): { readonly call: ChatCall; readonly format: StreamFormat } {
    this.atSeam = this.head !== undefined;
    if (this.text === '') return { call, format: this.format };
    const said = { role: 'assistant', content: this.text } as const;
    const body = { ...call.body, messages: [...call.body.messages, said] };
    return { call: { ...call, body }, format: this.format };
  }

  private joined(chunk: ChatCompletionChunk): ChatCompletionChunk[] {
    const { id, created, model } = chunk;
    this.head ??= { id, created, model };
    const choices = chunk.choices.flatMap((choice) => {
      const { delta, finish_reason: finish } = choice;
      const { content, role, ...others } = delta;
      if (finish != null || Object.values(others).some((value) => value != null)) this.closed = true;
      // The role has been told.
      if (this.atSeam && role !== undefined && !content && finish == null) return [];
      const text = this.withoutSeam(content);
      this.text += text ?? '';
      return [{ ...choice, delta: { ...delta, ...(text !== content && { content: text }) } }];
    });
    if (choices.length === 0 && chunk.choices.length > 0) return [];
    return [{ ...chunk, ...this.head, choices }];
  }

  /** Adapters cut the space at a text's end off where providers refuse it; models begin with it then. */
  private withoutSeam(content: string | null | undefined): string | null | undefined {
    if (!this.atSeam || !content) return content;
    const text = /\s$/.test(this.text) ? content.trimStart() : content;
    this.atSeam = text === '';
    return text;
  }
}
