/**
 * Signed thoughts of other providers in the member that OpenAI has for its own: clients send it back with the next turn,
 * and the provider gets its signatures back. Nothing in it is secret from the client, who has seen the summary.
 */
import type { ThinkingBlock } from '../../schema/openai/chat.js';

const prefix = 'thinking.';

/** Undefined where there is nothing that must travel back. */
export function encodeThinking(blocks: readonly ThinkingBlock[]): string | undefined {
  const kept = blocks.filter((block) => block.type === 'redacted_thinking' || block.signature !== undefined);
  return kept.length === 0 ? undefined : `${prefix}${Buffer.from(JSON.stringify(kept)).toString('base64url')}`;
}

/** Nothing for what another service made. */
export function decodeThinking(encrypted: unknown): readonly ThinkingBlock[] {
  if (typeof encrypted !== 'string' || !encrypted.startsWith(prefix)) return [];
  try {
    const blocks: unknown = JSON.parse(Buffer.from(encrypted.slice(prefix.length), 'base64url').toString());
    return Array.isArray(blocks) ? blocks.filter(isThinkingBlock) : [];
  } catch {
    // Cut short or changed on its way: without signatures the provider does without.
    return [];
  }
}

function isThinkingBlock(value: unknown): value is ThinkingBlock {
  const { type, thinking, data } = Object(value) as { type?: unknown; thinking?: unknown; data?: unknown };
  return (
    (type === 'thinking' && typeof thinking === 'string') || (type === 'redacted_thinking' && typeof data === 'string')
  );
}
