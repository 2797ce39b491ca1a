/** An object's metadata without what has a place of its own here, or none. */
import { asksForSomething } from './import-entity.js';
import { limitsInMetadata } from './limits-of-row.js';
import type { LiteLLMRow } from './litellm-row.js';

/** What LiteLLM acts on in metadata and this version does not: logging to a team's own account, guardrails, prompts, policies. */
const notServed = [
  'logging',
  'callback_settings',
  'guardrails',
  'opted_out_global_guardrails',
  'disable_global_guardrails',
  'policies',
  'prompts',
  'secret_manager_settings',
];

export interface KeptMetadata {
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Members that were left out and asked for something. */
  readonly losses: readonly string[];
}

/** @param elsewhere members that the caller puts into columns or settings */
export function keptMetadata(row: LiteLLMRow, elsewhere: readonly string[] = []): KeptMetadata {
  const all = row.object('metadata');
  const moved = new Set<string>([...limitsInMetadata, ...notServed, ...elsewhere]);
  return {
    metadata: Object.fromEntries(Object.entries(all).filter(([name]) => !moved.has(name))),
    losses: notServed.filter((name) => asksForSomething(all[name])).map((name) => `metadata.${name}`),
  };
}
