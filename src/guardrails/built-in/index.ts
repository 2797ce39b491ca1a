/** The guardrails that need no service. */
import type { GuardrailType } from '../guardrail.js';
import { contentFilterGuardrails } from './content-filter/content-filter.js';
import { piiGuardrail } from './pii/pii.js';

/** A registry reads a type's parameters with its own schema before it creates one, so what they are is nobody else's business. */
const hidden = <Parameters>(type: GuardrailType<Parameters>): GuardrailType => type as GuardrailType;

export const builtInGuardrails: readonly GuardrailType[] = [
  ...contentFilterGuardrails.map(hidden),
  hidden(piiGuardrail),
];
