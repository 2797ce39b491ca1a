/** Quirk: GitHub Copilot wants to know the editor, and whether a picture is among the messages. */
// https://docs.github.com/en/copilot/how-tos/copilot-sdk
import type { ChatMessage } from '../../../schema/openai/chat.js';
import type { Quirk } from '../quirk.js';

export const copilotHeaders: Readonly<Record<string, string>> = {
  'copilot-integration-id': 'vscode-chat',
  'editor-version': 'vscode/1.106.0',
  'editor-plugin-version': 'copilot-chat/0.33.0',
  'openai-intent': 'conversation-panel',
};

export const copilotVision: Quirk = {
  name: 'copilot-vision',
  headers({ body }) {
    const messages = (Object(body) as { messages?: readonly ChatMessage[] }).messages ?? [];
    return messages.some(hasPicture) ? { 'copilot-vision-request': 'true' } : undefined;
  },
};

function hasPicture({ content }: ChatMessage): boolean {
  return Array.isArray(content) && content.some(({ type }: { type?: unknown }) => type === 'image_url');
}
