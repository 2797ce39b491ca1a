/** Gives a kept answer to whoever takes answers, as the call did that it was made by: whole, or part by part at the client's pace. */
import type { AnswerSink } from '../core/spec/exchange.js';
import type { RecordedAnswer } from '../core/spec/response-cache.js';

const head = { status: 200, headers: {} };

/**
 * Resolves when all of it has been taken, or when `signal` is aborted: its client has left.
 *
 * @returns false where it was not all
 */
export async function replayAnswer(
  answer: RecordedAnswer,
  sink: AnswerSink<Buffer, Buffer>,
  signal?: AbortSignal,
): Promise<boolean> {
  const { form, parts, contentType, usage } = answer;
  if (form === 'whole') {
    sink.whole({ answer: Buffer.concat(parts), usage, ...(contentType !== undefined && { contentType }) }, head);
    return true;
  }
  sink.begin(head, contentType);
  for (const part of parts) {
    if (signal?.aborted) return false;
    if (!sink.part(viewOf(part))) await drained(sink, signal);
  }
  return signal?.aborted !== true;
}

/** The same bytes: kept answers are given to many, and changed by nobody. */
function viewOf(part: Uint8Array): Buffer {
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength);
}

function drained(sink: AnswerSink<Buffer, Buffer>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (): void => {
      signal?.removeEventListener('abort', goOn);
      resolve();
    };
    signal?.addEventListener('abort', goOn, { once: true });
    sink.onDrain(goOn);
  });
}
