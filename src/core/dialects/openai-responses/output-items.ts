/** The items and parts that bridged answers are made of. */
import type { FunctionCallItem, OutputText, ReasoningItem } from '../../schema/openai/responses.js';

export function reasoningItem(id: string, text: string, encrypted: string | undefined): ReasoningItem {
  const summary = text === '' ? [] : [{ type: 'summary_text' as const, text }];
  return { type: 'reasoning', id, summary, ...(encrypted !== undefined && { encrypted_content: encrypted }) };
}

export function outputText(text: string, annotations: readonly unknown[] = []): OutputText {
  return { type: 'output_text', text, annotations, logprobs: [] };
}

export function callItem(id: string, callId: string, name: string, text: string): FunctionCallItem {
  return { type: 'function_call', id, call_id: callId, name, arguments: text, status: 'completed' };
}

/** Chat has the members of a citation one level deeper. */
export function flatAnnotation(annotation: unknown): unknown {
  const { type, url_citation: citation } = Object(annotation) as { type?: unknown; url_citation?: object };
  return type === 'url_citation' && citation ? { type, ...citation } : annotation;
}
