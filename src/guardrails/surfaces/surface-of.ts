/** Which surface a request has: by LiteLLM's name of its operation, or by the dialect that a pass-through endpoint speaks. */
import { anthropicMessagesSurface } from './anthropic-messages.js';
import {
  anyJsonSurface,
  embeddingsSurface,
  imageEditsSurface,
  imagesSurface,
  moderationsSurface,
  rerankSurface,
  speechSurface,
  transcriptionSurface,
} from './endpoints.js';
import { geminiSurface } from './gemini.js';
import { openAiChatSurface } from './openai-chat.js';
import { openAiCompletionsSurface } from './openai-completions.js';
import { openAiResponsesSurface } from './openai-responses.js';
import { objects, reading, type JsonObject, type Reading, type ReadingBuilder, type Surface } from './surface.js';

const byOperation: Readonly<Record<string, Surface>> = {
  acompletion: openAiChatSurface,
  atext_completion: openAiCompletionsSurface,
  aresponses: openAiResponsesSurface,
  anthropic_messages: anthropicMessagesSurface,
  agenerate_content: geminiSurface,
  aembedding: embeddingsSurface,
  arerank: rerankSurface,
  amoderation: moderationsSurface,
  aimage_generation: imagesSurface,
  aimage_edit: imageEditsSurface,
  aspeech: speechSurface,
  atranscription: transcriptionSurface,
  atranslation: transcriptionSurface,
};

/** Each text counts where nothing better is known: a new operation is not one that nobody looks at. */
export function surfaceOf(callType: string): Surface {
  return (Object.hasOwn(byOperation, callType) ? byOperation[callType] : undefined) ?? anyJsonSurface;
}

/** A body that is passed through names no dialect: its members show which one it is. */
export function surfaceOfBody(body: JsonObject): Surface {
  if ('contents' in body) return geminiSurface;
  if ('messages' in body)
    return 'system' in body || 'anthropic_version' in body ? anthropicMessagesSurface : openAiChatSurface;
  return anyJsonSurface;
}

/** Members with which a request brings other texts for the models that stand in. */
const standIns = ['fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks'];

/** The texts of a request, those that it brings for fallbacks included. */
export function readGuardedRequest(surface: Surface, body: JsonObject): Reading {
  const own = surface.readRequest(body);
  if (!standIns.some((member) => body[member])) return own;
  return reading((found) => {
    found.add([], own);
    if (own.unreadable !== undefined) found.unreadable = own.unreadable;
    for (const member of standIns) addStandIns(found, surface, [member], body[member]);
  });
}

/** `[{model, messages, ...}]`; names alone bring nothing. */
function addStandIns(found: ReadingBuilder, surface: Surface, path: readonly (string | number)[], list: unknown): void {
  for (const [at, entry] of objects(list)) {
    const other = surface.readRequest(entry);
    found.add([...path, at], other);
    if (other.unreadable !== undefined) found.unreadable = other.unreadable;
  }
}
