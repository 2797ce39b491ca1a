/**
 * The signature of a function call, which Gemini 3 demands back with the call's result: it travels in a member of the tool
 * call and, since many clients drop members that they do not know, in the call's id as well.
 */
// https://ai.google.dev/gemini-api/docs/thought-signatures
import type { ToolCall } from '../../schema/openai/chat.js';

const mark = '__thought__';
/** What Google lets stand in for the signature of a call that another model made. */
const unsigned = 'skip_thought_signature_validator';

export function idWithSignature(id: string, signature: string | undefined): string {
  return signature === undefined ? id : `${id}${mark}${signature}`;
}

/** What goes out with the call; undefined where none is known and none is needed. */
export function signatureOf(call: ToolCall, model: string): string | undefined {
  const fields = (call as { provider_specific_fields?: { thought_signature?: unknown } }).provider_specific_fields;
  if (typeof fields?.thought_signature === 'string') return fields.thought_signature;
  const at = call.id.indexOf(mark);
  if (at !== -1) return call.id.slice(at + mark.length);
  return demandsSignatures(model) ? unsigned : undefined;
}

function demandsSignatures(model: string): boolean {
  return /(?:^|\/)gemini-(?:[3-9]|\d{2,})/.test(model);
}
