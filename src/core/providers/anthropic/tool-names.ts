/** Tool names that Anthropic takes, for names that it does not, and the way back. */
import type { ChatCompletionRequest } from '../../schema/openai/chat.js';

/** https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools */
const allowed = /^[a-zA-Z0-9_-]{1,64}$/;
const longestStem = 55;

/** The tool whose input is the answer, where JSON is asked of a model that cannot be held to it otherwise. */
export const jsonToolName = 'json_tool_call';

/** Depends on the name alone, so that a later request gives the same tool the same name. */
export function toWireName(name: string): string {
  if (allowed.test(name)) return name;
  return `${name.slice(0, longestStem).replace(/[^a-zA-Z0-9_-]/g, '_')}_${hash(name)}`;
}

/** The client's own name of a tool that Anthropic calls by `wireName`. */
export function toClientName(wireName: string, body: ChatCompletionRequest): string {
  const names = [
    ...(body.tools ?? []).map((tool) => tool.function?.name),
    ...legacyFunctions(body).map((each) => each.name),
  ];
  if (names.includes(wireName)) return wireName;
  return names.find((name) => name !== undefined && toWireName(name) === wireName) ?? wireName;
}

export function legacyFunctions(body: ChatCompletionRequest): { readonly name: string }[] {
  return Array.isArray(body['functions']) ? (body['functions'] as { name: string }[]) : [];
}

/** A client that offered functions, OpenAI's older form of tools, is answered in it. */
export function wantsFunctionCall(body: ChatCompletionRequest): boolean {
  return !body.tools && legacyFunctions(body).length > 0;
}

/** FNV-1a, 32 bits: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(16).padStart(8, '0');
}
