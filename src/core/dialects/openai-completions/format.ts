/** Writes hub answers as text completions: one body, or server-sent events closed by [DONE]. */
import type { ChatCompletion, ChatCompletionChunk, FinishReason } from '../../schema/openai/chat.js';
import { toChatUsage } from '../../schema/openai/chat-usage.js';
import type { CompletionRequest, TextCompletion } from '../../schema/openai/completions.js';
import type { AnswerFormat } from '../../spec/exchange.js';
import type { Usage } from '../../spec/usage.js';

const doneEvent = 'data: [DONE]\n\n';

export class TextCompletionFormat implements AnswerFormat<string, string> {
  /** What stands before each answer: the prompt, where the client wants it back. */
  private readonly echo: string;
  private readonly begun = new Set<number>();

  constructor({ echo, prompt }: Pick<CompletionRequest, 'echo' | 'prompt'>) {
    const [first] = [prompt].flat();
    this.echo = echo === true && typeof first === 'string' ? first : '';
  }

  whole({ id, created, model, choices, usage }: ChatCompletion): string {
    return JSON.stringify({
      id,
      object: 'text_completion',
      created,
      model,
      choices: choices.map(({ index, message, finish_reason: finish, logprobs }) => ({
        index,
        text: this.echo + (message.content ?? message.refusal ?? ''),
        logprobs: logprobs ?? null,
        finish_reason: toFinish(finish),
      })),
      ...(usage && { usage }),
    } satisfies TextCompletion);
  }

  part(chunks: readonly ChatCompletionChunk[]): string {
    let text = '';
    for (const chunk of chunks) text += this.eventOf(chunk);
    return text;
  }

  tail(last: ChatCompletionChunk | undefined, usage: Usage | undefined): string {
    if (!last || !usage) return doneEvent;
    return event({ ...headOf(last), choices: [], usage: toChatUsage(usage) }) + doneEvent;
  }

  /** Nothing for a chunk that has only what text completions lack: a role, thoughts, calls. */
  private eventOf(chunk: ChatCompletionChunk): string {
    const choices = chunk.choices.flatMap(({ index, delta, finish_reason: finish, logprobs }) => {
      const text = delta.content ?? delta.refusal ?? '';
      if (text === '' && finish === null) return [];
      const before = this.begun.has(index) ? '' : this.echo;
      this.begun.add(index);
      return [{ index, text: before + text, logprobs: logprobs ?? null, finish_reason: toFinish(finish) }];
    });
    return choices.length === 0 ? '' : event({ ...headOf(chunk), choices });
  }
}

function headOf({ id, created, model }: ChatCompletionChunk): Omit<TextCompletion, 'choices'> {
  return { id, object: 'text_completion', created, model };
}

function event(completion: TextCompletion): string {
  return `data: ${JSON.stringify(completion)}\n\n`;
}

/** Text completions know no tools. */
function toFinish(finish: FinishReason | null): FinishReason | null {
  return finish === 'tool_calls' || finish === 'function_call' ? 'stop' : finish;
}
