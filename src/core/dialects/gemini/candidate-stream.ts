/** The events of one streamed answer, made from the hub's chunks: texts as they come, calls whole, the end last. */
import type { GeminiAnswer, GeminiCandidate, GeminiPart } from '../../schema/google/generate-content.js';
import type { ChatCompletionChunk, ChatDelta, FinishReason } from '../../schema/openai/chat.js';
import { imagesOf, toBlob, toCall, toFinishReason, toThought } from './candidate-parts.js';

interface PendingCall {
  id: string;
  name: string;
  arguments: string;
}

interface PendingCandidate {
  /** By their place in the answer; Google sends a call only when it is whole. */
  readonly calls: Map<number, PendingCall>;
  finish: FinishReason | null;
}

type Choice = ChatCompletionChunk['choices'][number];

export class CandidateStream {
  private readonly candidates = new Map<number, PendingCandidate>();
  private head: Pick<GeminiAnswer, 'modelVersion' | 'responseId'>;

  constructor({ model, responseId }: { readonly model: string; readonly responseId: string }) {
    this.head = { modelVersion: model, responseId };
  }

  /** Undefined where a chunk has nothing to show yet. */
  of({ id, model, choices }: ChatCompletionChunk): GeminiAnswer | undefined {
    this.head = { modelVersion: model, responseId: id };
    const candidates = choices.flatMap((choice) => this.read(choice));
    return candidates.length === 0 ? undefined : { candidates, ...this.head };
  }

  /** Without the counts. */
  end(): GeminiAnswer {
    const candidates = [...this.candidates].map(([index, { calls, finish }]) => ({
      // Google's clients expect a part even where only the end is told.
      content: { role: 'model', parts: calls.size > 0 ? [...calls.values()].map(whole) : [{ text: '' }] },
      finishReason: toFinishReason(finish),
      index,
    }));
    return { candidates, ...this.head };
  }

  private read({ index, delta, finish_reason: finish }: Choice): GeminiCandidate[] {
    const pending = this.candidateAt(index);
    pending.finish = finish ?? pending.finish;
    for (const call of delta.tool_calls ?? []) addTo(pending.calls, call);
    const parts = toParts(delta);
    return parts.length === 0 ? [] : [{ content: { role: 'model', parts }, index }];
  }

  private candidateAt(index: number): PendingCandidate {
    let pending = this.candidates.get(index);
    if (!pending) {
      pending = { calls: new Map(), finish: null };
      this.candidates.set(index, pending);
    }
    return pending;
  }
}

function toParts(delta: ChatDelta): GeminiPart[] {
  const { content, refusal, reasoning_content: reasoning, thinking_blocks: thinking } = delta;
  const text = content ?? refusal;
  return [
    // A block repeats, when it ends, what has been told piece by piece: its signature is what is new.
    ...(thinking ?? []).flatMap((block) => toThought({ ...block, ...(block.type === 'thinking' && { thinking: '' }) })),
    ...(reasoning ? [{ text: reasoning, thought: true }] : []),
    ...(text ? [{ text }] : []),
    ...imagesOf(delta).flatMap(toBlob),
  ];
}

function addTo(
  calls: Map<number, PendingCall>,
  { index, id, function: called }: NonNullable<ChatDelta['tool_calls']>[number],
): void {
  const known = calls.get(index);
  if (!known) {
    calls.set(index, { id: id ?? `call_${index}`, name: called?.name ?? '', arguments: called?.arguments ?? '' });
    return;
  }
  known.name ||= called?.name ?? '';
  known.arguments += called?.arguments ?? '';
}

function whole({ id, name, arguments: text }: PendingCall): GeminiPart {
  return toCall({ id, function: { name, arguments: text } });
}
