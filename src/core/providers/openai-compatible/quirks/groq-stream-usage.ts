/** Quirk: Groq also reports a stream's usage under `x_groq` of its last chunk; older deployments only there. */
// https://console.groq.com/docs/api-reference#chat-create
import type { JsonObject, Quirk } from '../quirk.js';

export const groqStreamUsage: Quirk = {
  name: 'groq-stream-usage',
  usage: (body) => (body['x_groq'] as JsonObject | null | undefined)?.['usage'],
};
