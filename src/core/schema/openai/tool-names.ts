/** Names of tools that a provider takes, for names that it does not, and the way back. */
import type { ChatCompletionRequest, Tool } from './chat.js';

export interface ToolNameRule {
  /** What one character must be: `/[a-zA-Z0-9_-]/`. */
  readonly character: RegExp;
  readonly maxLength: number;
  /** What the first character must be, where that is a stricter rule. */
  readonly first?: RegExp;
}

const hashLength = 8;

export class ToolNames {
  constructor(private readonly rule: ToolNameRule) {}

  /** Depends on the name alone, so that a later request gives the same tool the same name. */
  toWire(name: string): string {
    if (this.takes(name)) return name;
    const { character, first, maxLength } = this.rule;
    const stem = [...name].map((each) => (character.test(each) ? each : '_')).join('');
    const begun = first !== undefined && !first.test(stem) ? `f_${stem}` : stem;
    return `${begun.slice(0, maxLength - hashLength - 1)}_${hash(name)}`;
  }

  /** The client's own name of the tool that the provider calls `wireName`. */
  toClient(wireName: string, body: ChatCompletionRequest): string {
    const names = offeredNames(body);
    return names.includes(wireName) ? wireName : (names.find((name) => this.toWire(name) === wireName) ?? wireName);
  }

  private takes(name: string): boolean {
    const { character, first, maxLength } = this.rule;
    if (name === '' || name.length > maxLength) return false;
    if (first !== undefined && !first.test(name.charAt(0))) return false;
    for (const each of name) if (!character.test(each)) return false;
    return true;
  }
}

/** OpenAI's older form of tools. */
export function legacyFunctions(body: ChatCompletionRequest): readonly { readonly name: string }[] {
  return Array.isArray(body['functions']) ? (body['functions'] as { name: string }[]) : [];
}

/** A client that offered functions is answered by `function_call`. */
export function wantsFunctionCall(body: ChatCompletionRequest): boolean {
  return !body.tools && legacyFunctions(body).length > 0;
}

function offeredNames(body: ChatCompletionRequest): string[] {
  const tools = Array.isArray(body.tools) ? (body.tools as readonly Tool[]) : [];
  const names = [...tools.map((tool) => tool?.function?.name), ...legacyFunctions(body).map((each) => each?.name)];
  return names.filter((name) => typeof name === 'string');
}

/** FNV-1a, 32 bits: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(16).padStart(hashLength, '0');
}
