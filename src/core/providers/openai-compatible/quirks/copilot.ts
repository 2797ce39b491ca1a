/** Quirk: GitHub Copilot wants to know the editor, who began the turn, and whether a picture is among the messages. */
// https://docs.github.com/en/copilot/how-tos/copilot-sdk
import type { ChatMessage } from '../../../schema/openai/chat.js';
import type { Quirk } from '../quirk.js';

export const copilotHeaders: Readonly<Record<string, string>> = {
  'copilot-integration-id': 'vscode-chat',
  'editor-version': 'vscode/1.106.0',
  'editor-plugin-version': 'copilot-chat/0.33.0',
  'openai-intent': 'conversation-panel',
};

export const copilotMessages: Quirk = {
  name: 'copilot-messages',
  headers({ body }) {
    const messages = (Object(body) as { messages?: readonly ChatMessage[] }).messages;
    if (!messages) return undefined;
    return {
      // Turns that go on after an answer or a tool's result are an agent's, and are billed otherwise.
      'x-initiator': messages.some(({ role }) => role === 'assistant' || role === 'tool') ? 'agent' : 'user',
      ...(messages.some(hasPicture) && { 'copilot-vision-request': 'true' }),
    };
  },
};

function hasPicture({ content }: ChatMessage): boolean {
  return Array.isArray(content) && content.some(({ type }: { type?: unknown }) => type === 'image_url');
}
