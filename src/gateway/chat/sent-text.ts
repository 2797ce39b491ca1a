/** The text that a cut-off stream had sent, read from its raw bytes: the ledger's writer counts its tokens. */
import { answerText } from '../../core/tokens/answer-text.js';
import type { ChatCompletionChunk } from '../../core/schema/openai/chat.js';
import type { ChatStreamParser, RunningCall } from '../../core/spec/index.js';

/**
 * Undefined where nothing of it can be read: an answer made within the process, or one that was passed through in a dialect
 * that the provider's own parser does not read. Never throws: what cannot be counted must not keep a client from its end.
 */
export function sentTextOf(running: RunningCall, open: () => ChatStreamParser): string | undefined {
  if (running.received.length === 0) return undefined;
  try {
    const text = answerText(readable(open(), running.received));
    return text === '' ? undefined : text;
  } catch {
    // A request that was passed through may hold what the hub cannot carry: then its answer cannot be read either.
    return undefined;
  }
}

/** What can be read: the stream ended in the middle of something, or in the fault that cut it off. */
function readable(parser: ChatStreamParser, received: Buffer): readonly ChatCompletionChunk[] {
  const chunks: ChatCompletionChunk[] = [];
  try {
    chunks.push(...parser.push(received));
  } catch {
    // The fault is known already: it is why the stream is being counted.
    chunks.push(...parser.beforeFault);
  }
  return chunks;
}
