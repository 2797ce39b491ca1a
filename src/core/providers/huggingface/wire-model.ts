/** What the router calls a model: LiteLLM's users name the inference provider before it, the router after a colon. */
// https://huggingface.co/docs/inference-providers/index#provider-selection

/** `together/deepseek-ai/DeepSeek-R1` is `deepseek-ai/DeepSeek-R1:together`; names of the router's own pass. */
export function wireModel(model: string): string {
  const [provider, organisation, name, ...others] = model.split('/');
  if (name === undefined || others.length > 0) return model;
  return `${organisation}/${name}:${provider}`;
}

/** The path of the model's page, without a provider. */
export function modelPath(model: string): string {
  const [name = ''] = wireModel(model).split(':');
  return name.split('/').map(encodeURIComponent).join('/');
}
