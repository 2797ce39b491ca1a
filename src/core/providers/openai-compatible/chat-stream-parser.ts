/** Turns the bytes of an OpenAI-compatible stream into hub chunks. */
import type { ChatCompletionChunk } from '../../schema/openai/chat.js';
import type { ChatCall, ChatStreamParser } from '../../spec/chat-adapter.js';
import type { Usage } from '../../spec/usage.js';
import { SseDecoder, type SseEvent } from '../../transport/sse-decoder.js';
import { normaliseFinishReason } from './finish-reason.js';
import type { JsonObject, Quirk } from './quirk.js';
import { isUsageOnly, StreamProgress } from './stream-progress.js';

export class OpenAiChatStreamParser implements ChatStreamParser {
  beforeFault: readonly ChatCompletionChunk[] = [];
  private readonly decoder = new SseDecoder();
  private readonly progress: StreamProgress;
  private receivedBytes = 0;

  constructor(
    provider: string,
    quirks: readonly Quirk[],
    private readonly call: ChatCall,
  ) {
    this.progress = new StreamProgress(provider, quirks);
  }

  get finished(): boolean {
    return this.progress.finished;
  }

  get usage(): Usage | undefined {
    return this.progress.usage;
  }

  push(bytes: Uint8Array): readonly ChatCompletionChunk[] {
    this.receivedBytes += bytes.length;
    return this.readAll(this.decoder.push(bytes));
  }

  end(): readonly ChatCompletionChunk[] {
    const chunks = this.readAll(this.decoder.end());
    if (this.progress.complete) return chunks;
    this.beforeFault = chunks;
    throw this.receivedBytes > 0 && !this.progress.begun
      ? this.progress.invalid('no server-sent events')
      : this.progress.truncated();
  }

  private readAll(events: readonly SseEvent[]): ChatCompletionChunk[] {
    const chunks: ChatCompletionChunk[] = [];
    this.beforeFault = [];
    try {
      for (const event of events) {
        if (this.progress.finished) break;
        const received = this.progress.read(event.data, event.event);
        const chunk = received && !isUsageOnly(received) ? this.progress.edit(received) : null;
        if (chunk) chunks.push(this.toHub(chunk));
      }
    } catch (fault) {
      this.beforeFault = chunks;
      throw fault;
    }
    return chunks;
  }

  private toHub(chunk: JsonObject): ChatCompletionChunk {
    const { usage: _usage, ...rest } = chunk as unknown as ChatCompletionChunk;
    return {
      ...rest,
      id: rest.id ?? this.call.responseId,
      object: 'chat.completion.chunk',
      created: rest.created ?? this.call.created,
      model: rest.model ?? this.call.model,
      choices: (rest.choices ?? []).map(normaliseFinishReason),
    };
  }
}
