/** Reads what a client got of a chat answer: its text, its finish reason, its end marker and its error. */
import type { Answer } from './http-client.js';
import { errorOf, type ErrorMembers } from './envelope.js';

export interface ClientView {
  readonly status: number;
  readonly text: string;
  readonly finishReason: string | null;
  /** `[DONE]` came. Always true for a whole answer. */
  readonly done: boolean;
  readonly error: ErrorMembers | undefined;
}

interface Chunk {
  readonly error?: unknown;
  readonly choices?: readonly {
    readonly finish_reason?: string | null;
    readonly delta?: { readonly content?: string | null };
    readonly message?: { readonly content?: string | null };
  }[];
}

export function clientView(answer: Answer): ClientView {
  const { status, headers, text } = answer;
  if (!String(headers['content-type']).startsWith('text/event-stream')) {
    const body = answer.json as Chunk | undefined;
    if (status !== 200) return { status, text: '', finishReason: null, done: false, error: errorOf(body) };
    const choice = body?.choices?.[0];
    return {
      status,
      text: choice?.message?.content ?? '',
      finishReason: choice?.finish_reason ?? null,
      done: true,
      error: undefined,
    };
  }
  const view = {
    status,
    text: '',
    finishReason: null as string | null,
    done: false,
    error: undefined as ErrorMembers | undefined,
  };
  for (const data of text.split(/\n\n/).flatMap(dataOf)) {
    // Nothing may follow an end, be it good or bad.
    expect({ after: data, done: view.done, error: view.error }).toMatchObject({ done: false, error: undefined });
    if (data === '[DONE]') {
      view.done = true;
      continue;
    }
    const chunk = JSON.parse(data) as Chunk;
    if (chunk.error !== undefined) {
      view.error = errorOf(chunk);
      continue;
    }
    const choice = chunk.choices?.[0];
    view.text += choice?.delta?.content ?? '';
    view.finishReason = choice?.finish_reason ?? view.finishReason;
  }
  return view;
}

function dataOf(event: string): string[] {
  const lines = event.split('\n').filter((line) => line.startsWith('data:'));
  return lines.length === 0 ? [] : [lines.map((line) => line.slice(5).trimStart()).join('\n')];
}
