/** Every kind of guardrail by its id: the one place where a new kind is added. */
import { guardrailAdapters } from './adapters/guardrail-adapters.js';
import { builtInGuardrails } from './built-in/index.js';
import { customGuardrail } from './custom/custom-guardrail.js';
import type { GuardrailType } from './guardrail.js';

export const guardrailTypes: readonly GuardrailType[] = [...builtInGuardrails, ...guardrailAdapters, customGuardrail];

export class GuardrailRegistry {
  private readonly byId: ReadonlyMap<string, GuardrailType>;

  /** @throws Error where two kinds have one id */
  constructor(types: readonly GuardrailType[] = guardrailTypes) {
    this.byId = new Map(types.map((type) => [type.id, type]));
    if (this.byId.size !== types.length) throw new Error('Two kinds of guardrails have one id.');
  }

  find(id: string): GuardrailType | null {
    return this.byId.get(id) ?? null;
  }

  get ids(): readonly string[] {
    return [...this.byId.keys()];
  }
}
