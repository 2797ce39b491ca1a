/** What is known of a deployment's model: the operator's word first, then the price table's. */
import { findBaseModelFacts, findModelFacts, type ModelFacts } from '../../core/pricing/price-table.js';
import type { Deployment } from '../../core/spec/index.js';

/** Undefined for a model that is in no list. */
export function factsOf({ provider, model, baseModel }: Deployment): ModelFacts | undefined {
  return baseModel === undefined ? findModelFacts(provider.id, model) : findBaseModelFacts(provider.id, baseModel);
}

/** `chat`, `embedding`, ... as `model_info.mode` and the price table have it. */
export function modeOf(deployment: Deployment): string {
  const { mode } = deployment.modelInfo;
  return typeof mode === 'string' && mode !== '' ? mode : (factsOf(deployment)?.mode ?? 'chat');
}

/** OpenAI's parameters that reach the provider for what the model does. */
export function supportedParams(deployment: Deployment, mode = modeOf(deployment)): readonly string[] {
  const { provider, model, parameters } = deployment;
  const adapters = {
    embedding: provider.embeddings,
    rerank: provider.rerank,
    image_generation: provider.images,
    audio_speech: provider.speech,
    audio_transcription: provider.transcription,
    moderation: provider.moderations,
  };
  const adapter = Object.hasOwn(adapters, mode) ? adapters[mode as keyof typeof adapters] : provider.chat;
  const supported = adapter?.supportedParams(model) ?? [];
  return [...new Set([...supported, ...parameters.alsoAllowed])];
}
