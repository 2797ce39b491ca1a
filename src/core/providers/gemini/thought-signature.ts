/**
 * The signature of a function call, which Gemini 3 demands back with the call's result: it travels in a member of the tool
 * call and, since many clients drop members that they do not know, in the call's id as well.
 */
// https://ai.google.dev/gemini-api/docs/thought-signatures
import type { GeminiContent } from '../../schema/google/generate-content.js';
import type { ToolCall } from '../../schema/openai/chat.js';

const mark = '__thought__';
/** What Google lets stand in for the signature of a call that another model made. */
const unsigned = 'skip_thought_signature_validator';

export function idWithSignature(id: string, signature: string | undefined): string {
  return signature === undefined ? id : `${id}${mark}${toIdCharacters(signature)}`;
}

/** Anthropic takes letters, digits, `_` and `-` in ids: a conversation may go on with Claude, whose clients' bytes pass as they are. */
function toIdCharacters(signature: string): string {
  return signature.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Signatures are base64 of whole bytes: what is missing at the end follows from the length. */
function fromIdCharacters(text: string): string {
  const signature = text.replaceAll('-', '+').replaceAll('_', '/');
  return signature.padEnd(Math.ceil(signature.length / 4) * 4, '=');
}

/** What goes out with the call; undefined where none is known and none is needed. */
export function signatureOf(call: ToolCall, model: string): string | undefined {
  const fields = (call as { provider_specific_fields?: { thought_signature?: unknown } }).provider_specific_fields;
  if (typeof fields?.thought_signature === 'string') return fields.thought_signature;
  const at = call.id.indexOf(mark);
  if (at !== -1) return fromIdCharacters(call.id.slice(at + mark.length));
  return demandsSignatures(model) ? unsigned : undefined;
}

/**
 * The contents of a client that speaks Gemini, with the stand-in where another model has made the calls of a turn; the list
 * itself where nothing is missing.
 */
export function withSignatures(contents: readonly GeminiContent[], model: string): readonly GeminiContent[] {
  if (!demandsSignatures(model)) return contents;
  const signed = contents.map(withSignature);
  return signed.some((content, at) => content !== contents[at]) ? signed : contents;
}

/** Only the first of calls that were made together is signed. */
function withSignature(content: GeminiContent): GeminiContent {
  const parts = (Array.isArray(content?.parts) ? content.parts : []) as readonly Readonly<Record<string, unknown>>[];
  const first = parts.findIndex((part) => (part?.['functionCall'] ?? part?.['function_call']) !== undefined);
  const call = parts[first];
  if (!call || call['thoughtSignature'] !== undefined || call['thought_signature'] !== undefined) return content;
  return { ...content, parts: parts.with(first, { ...call, thoughtSignature: unsigned }) };
}

function demandsSignatures(model: string): boolean {
  return /(?:^|\/)gemini-(?:[3-9]|\d{2,})/.test(model);
}
