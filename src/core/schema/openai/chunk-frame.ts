/** Makes the chunks of one streamed answer: what is the same in all of them stands here once. */
import type { ChatCompletionChunk, ChatDelta, FinishReason } from './chat.js';

export class ChunkFrame {
  /** From the call at first; an adapter sets what its provider says. */
  id: string;
  model: string;

  constructor(
    private readonly call: { readonly responseId: string; readonly model: string; readonly created: number },
  ) {
    this.id = call.responseId;
    this.model = call.model;
  }

  chunk(delta: ChatDelta, finishReason: FinishReason | null = null, index = 0): ChatCompletionChunk {
    return {
      id: this.id,
      object: 'chat.completion.chunk',
      created: this.call.created,
      model: this.model,
      choices: [{ index, delta, finish_reason: finishReason }],
    };
  }
}
