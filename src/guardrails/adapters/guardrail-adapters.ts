/** Every kind of guardrail whose work another service, or a model, does. */
import type { GuardrailType } from '../guardrail.js';
import { aporiaGuardrail } from './aporia/aporia.js';
import { azurePromptShield } from './azure/prompt-shield.js';
import { azureTextModerations } from './azure/text-moderations.js';
import { bedrockGuardrail } from './bedrock/bedrock.js';
import { genericGuardrailApi } from './generic-guardrail-api/generic-guardrail-api.js';
import { lakeraGuardrail } from './lakera/lakera.js';
import { lakeraV2Guardrail } from './lakera/lakera-v2.js';
import { llmAsAJudgeGuardrail } from './llm-as-a-judge/llm-as-a-judge.js';
import { modelArmorGuardrail } from './model-armor/model-armor.js';
import { openaiModeration } from './openai-moderation/openai-moderation.js';
import { presidioGuardrail } from './presidio/presidio.js';

/** A registry reads a kind's parameters with the kind's own schema before it makes one: what they are is nobody else's business. */
const hidden = <Parameters>(type: GuardrailType<Parameters>): GuardrailType => type;

export const guardrailAdapters: readonly GuardrailType[] = [
  hidden(presidioGuardrail),
  hidden(openaiModeration),
  hidden(azurePromptShield),
  hidden(azureTextModerations),
  hidden(bedrockGuardrail),
  hidden(modelArmorGuardrail),
  hidden(lakeraV2Guardrail),
  hidden(lakeraGuardrail),
  hidden(aporiaGuardrail),
  hidden(genericGuardrailApi),
  hidden(llmAsAJudgeGuardrail),
];
