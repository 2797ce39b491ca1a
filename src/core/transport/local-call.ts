/** A call that is answered within the process: by a provider without network, or by a deployment's `mock_response`. */
import type { GatewayError } from '../errors/gateway-error.js';
import type { ChatChunkChoice, ChatCompletion, ChatCompletionChunk } from '../schema/openai/chat.js';
import type { AnswerFormat, AnswerSink, ChatCall, Clock, LocalChat, RunningCall, Usage } from '../spec/index.js';

const head = { status: 200, headers: {} };

export class LocalCall<Whole, Part> implements RunningCall {
  sentAt: number | undefined;
  headAt: number | undefined;
  firstPartAt: number | undefined;
  begun = false;
  usage: Usage | undefined;
  contentEvents = 0;
  readonly received = Buffer.alloc(0);
  private aborted: GatewayError | undefined;
  private wake: (() => void) | undefined;

  constructor(
    private readonly local: LocalChat,
    private readonly call: ChatCall,
    private readonly format: AnswerFormat<Whole, Part>,
    private readonly sink: AnswerSink<Whole, Part>,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    if (this.aborted) throw this.aborted;
    this.sentAt = this.headAt = this.firstPartAt = this.clock.monotonic();
    const { completion, usage } = this.local.answer(this.call);
    this.begun = true;
    if (this.call.stream) {
      await this.stream(completion, usage);
    } else {
      this.usage = usage;
      this.sink.whole({ answer: this.format.whole(completion), usage }, head);
    }
  }

  abort(error: GatewayError): void {
    this.aborted = error;
    this.wake?.();
  }

  /** A client that has gone never drains: an abort ends the wait too. */
  private drained(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
      this.sink.onDrain(resolve);
    });
  }

  private async stream(completion: ChatCompletion, usage: Usage | undefined): Promise<void> {
    this.sink.begin(head);
    let last: ChatCompletionChunk | undefined;
    for (const chunk of chunksOf(completion)) {
      last = chunk;
      this.contentEvents++;
      if (!this.sink.part(this.format.part([chunk]))) await this.drained();
      if (this.aborted) throw this.aborted;
    }
    this.usage = usage;
    const wantsUsage = this.format.needsUsage ?? this.call.body.stream_options?.include_usage === true;
    this.sink.part(this.format.tail(last, wantsUsage ? usage : undefined));
  }
}

/** The chunks that a provider would have streamed: the role, the text word by word, the finish reason. */
function* chunksOf(completion: ChatCompletion): Generator<ChatCompletionChunk> {
  const { id, created, model } = completion;
  const chunk = (choice: ChatChunkChoice): ChatCompletionChunk => ({
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    choices: [choice],
  });
  for (const { index, message, finish_reason } of completion.choices) {
    yield chunk({ index, delta: { role: 'assistant', content: '' }, finish_reason: null });
    for (const [word] of (message.content ?? '').matchAll(/\s*\S+\s*$|\s*\S+/g)) {
      yield chunk({ index, delta: { content: word }, finish_reason: null });
    }
    yield chunk({ index, delta: {}, finish_reason });
  }
}
