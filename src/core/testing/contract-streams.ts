/** Lets the contract test run a translated and a native stream alike, as the chunks that a client would see. */
import type { ChatCompletionChunk } from '../schema/openai/chat.js';
import type { ChatStreamParser, NativeStreamTap } from '../spec/chat-adapter.js';
import type { Usage } from '../spec/usage.js';
import { assembleStream, type AssembledChoice } from './assemble-stream.js';

export interface OpenStream {
  push(bytes: Buffer): void;
  end(): void;
  /** Everything given out so far, what came before a fault included. */
  chunks(): readonly ChatCompletionChunk[];
  readonly usage: Usage | undefined;
}

export function translatedStream(parser: ChatStreamParser): OpenStream {
  const chunks: ChatCompletionChunk[] = [];
  const take = (run: () => readonly ChatCompletionChunk[]): void => {
    try {
      chunks.push(...run());
    } catch (fault) {
      chunks.push(...parser.beforeFault);
      throw fault;
    }
  };
  return {
    push: (bytes) => take(() => parser.push(bytes)),
    end: () => take(() => parser.end()),
    chunks: () => chunks,
    get usage() {
      return parser.usage;
    },
  };
}

export function nativeStream(tap: NativeStreamTap): OpenStream {
  const pieces: Buffer[] = [];
  const take = (run: () => Buffer | undefined): void => {
    try {
      pieces.push(run() ?? Buffer.alloc(0));
    } catch (fault) {
      pieces.push(tap.beforeFault ?? Buffer.alloc(0));
      throw fault;
    }
  };
  return {
    push: (bytes) => take(() => tap.push(bytes)),
    end: () => {
      take(() => tap.end());
      const text = Buffer.concat(pieces).toString();
      if (!text.endsWith('data: [DONE]\n\n')) throw new Error('The stream that was passed on has no end marker.');
    },
    chunks: () => readEvents(Buffer.concat(pieces).toString()),
    get usage() {
      return tap.usage;
    },
  };
}

/** Pushes all pieces, ends the stream, and tells what came of it. */
export function runStream(
  stream: OpenStream,
  pieces: readonly Buffer[],
): { readonly choices: readonly AssembledChoice[]; readonly usage: Usage | undefined } {
  for (const piece of pieces) stream.push(piece);
  stream.end();
  return { choices: assembleStream(stream.chunks()), usage: stream.usage };
}

function readEvents(text: string): ChatCompletionChunk[] {
  const events = text.split('\n\n').filter((event) => event.startsWith('data: ') && event !== 'data: [DONE]');
  return events.map((event) => JSON.parse(event.slice('data: '.length)) as ChatCompletionChunk);
}
