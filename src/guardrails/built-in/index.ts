/** The guardrails that need no service. */
import type { GuardrailType } from '../guardrail.js';
import { contentFilterGuardrails } from './content-filter/content-filter.js';
import { hideSecretsGuardrail } from './hide-secrets/hide-secrets.js';
import { jsonSchemaGuardrail } from './json-schema/json-schema.js';
import { languageGuardrail } from './language/language.js';
import { maxLengthGuardrail } from './max-length/max-length.js';
import { piiGuardrail } from './pii/pii.js';
import { promptInjectionGuardrail } from './prompt-injection/prompt-injection.js';
import { toolPermissionGuardrail } from './tool-permission/tool-permission.js';

/** A registry reads a type's parameters with its own schema before it creates one, so what they are is nobody else's business. */
const hidden = <Parameters>(type: GuardrailType<Parameters>): GuardrailType => type as GuardrailType;

export const builtInGuardrails: readonly GuardrailType[] = [
  ...contentFilterGuardrails.map(hidden),
  hidden(piiGuardrail),
  hidden(hideSecretsGuardrail),
  hidden(promptInjectionGuardrail),
  hidden(jsonSchemaGuardrail),
  hidden(toolPermissionGuardrail),
  hidden(maxLengthGuardrail),
  hidden(languageGuardrail),
];
