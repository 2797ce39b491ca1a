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

export const builtInGuardrails: readonly GuardrailType[] = [
  ...contentFilterGuardrails,
  piiGuardrail,
  hideSecretsGuardrail,
  promptInjectionGuardrail,
  jsonSchemaGuardrail,
  toolPermissionGuardrail,
  maxLengthGuardrail,
  languageGuardrail,
];
