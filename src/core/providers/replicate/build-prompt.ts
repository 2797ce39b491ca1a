/** The messages of the hub as the inputs of a language model on Replicate: a prompt, what the system says, a picture. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { ChatMessage } from '../../schema/openai/chat.js';
import { contentParts, textOf } from '../../schema/openai/content.js';

export function buildPrompt(messages: readonly ChatMessage[], model: string): Record<string, unknown> {
  const system = messages.filter(isSystem).map(({ content }) => textOf(content));
  const turns = messages.filter((message) => !isSystem(message));
  const images = turns.flatMap(imagesOf);
  return {
    prompt: promptOf(turns),
    ...(system.length > 0 && { system_prompt: system.join('\n\n') }),
    ...(images.length > 0 && (model.startsWith('openai/') ? { image_input: images } : { image: images.at(-1) })),
  };
}

function isSystem({ role }: ChatMessage): boolean {
  return role === 'system' || role === 'developer';
}

/** One question stands for itself; a conversation is written down, up to where the model goes on. */
function promptOf(turns: readonly ChatMessage[]): string {
  const [only] = turns;
  if (turns.length === 1 && only?.role === 'user') return textOf(only.content);
  const lines = turns.map((turn) => `${speakerOf(turn)}: ${textOf(turn.content)}`);
  return [...lines, 'Assistant:'].join('\n\n');
}

function speakerOf({ role }: ChatMessage): string {
  if (role === 'user') return 'User';
  if (role === 'assistant') return 'Assistant';
  const reason = `Replicate's models take no messages of the role ${role}: they call no tools.`;
  throw new GatewayError('invalid_request', { param: 'messages', facts: { reason }, provider: 'replicate' });
}

/** Addresses and data URLs alike. */
function imagesOf({ content }: ChatMessage): string[] {
  return (contentParts(content) ?? []).flatMap((part) => {
    if (part.type === 'text') return [];
    if (part.type === 'image_url') return [typeof part.image_url === 'string' ? part.image_url : part.image_url.url];
    const reason = `Replicate's models take texts and pictures, no parts of the type ${part.type}.`;
    throw new GatewayError('invalid_request', { param: 'messages', facts: { reason }, provider: 'replicate' });
  });
}
