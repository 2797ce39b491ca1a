/** The catalog of OpenAI-compatible providers: one row of data each. */
import type { CatalogRow } from './catalog-row.js';
import { groqStreamUsage } from './quirks/groq-stream-usage.js';
import { reasoningField } from './quirks/reasoning-field.js';

/** Where a provider knows the older name only. */
const maxTokens = { max_completion_tokens: 'max_tokens' };

export const catalog: readonly CatalogRow[] = [
  {
    id: 'cerebras',
    displayName: 'Cerebras',
    docs: 'https://inference-docs.cerebras.ai/resources/openai',
    defaultBaseUrl: 'https://api.cerebras.ai/v1',
    env: { apiKey: ['CEREBRAS_API_KEY'], baseUrl: ['CEREBRAS_API_BASE'] },
    unsupported: ['frequency_penalty', 'logit_bias', 'presence_penalty'],
    quirks: [reasoningField],
  },
  {
    id: 'custom_openai',
    displayName: 'Any OpenAI-compatible server',
    docs: 'https://platform.openai.com/docs/api-reference/chat',
    env: { apiKey: ['OPENAI_LIKE_API_KEY'], baseUrl: ['OPENAI_LIKE_API_BASE'] },
    needsApiKey: false,
  },
  {
    id: 'deepinfra',
    displayName: 'DeepInfra',
    docs: 'https://deepinfra.com/docs/openai_api',
    defaultBaseUrl: 'https://api.deepinfra.com/v1/openai',
    env: { apiKey: ['DEEPINFRA_API_KEY'], baseUrl: ['DEEPINFRA_API_BASE'] },
    renamed: maxTokens,
  },
  {
    id: 'deepseek',
    displayName: 'DeepSeek',
    docs: 'https://api-docs.deepseek.com/api/create-chat-completion',
    defaultBaseUrl: 'https://api.deepseek.com/beta',
    env: { apiKey: ['DEEPSEEK_API_KEY'], baseUrl: ['DEEPSEEK_API_BASE'] },
    renamed: maxTokens,
  },
  {
    id: 'fireworks_ai',
    displayName: 'Fireworks AI',
    docs: 'https://docs.fireworks.ai/tools-sdks/openai-compatibility',
    defaultBaseUrl: 'https://api.fireworks.ai/inference/v1',
    env: {
      apiKey: ['FIREWORKS_API_KEY', 'FIREWORKS_AI_API_KEY', 'FIREWORKSAI_API_KEY', 'FIREWORKS_AI_TOKEN'],
      baseUrl: ['FIREWORKS_API_BASE'],
    },
    renamed: maxTokens,
  },
  {
    id: 'groq',
    displayName: 'Groq',
    docs: 'https://console.groq.com/docs/openai',
    defaultBaseUrl: 'https://api.groq.com/openai/v1',
    env: { apiKey: ['GROQ_API_KEY'], baseUrl: ['GROQ_API_BASE'] },
    unsupported: ['logit_bias', 'logprobs', 'top_logprobs'],
    quirks: [reasoningField, groqStreamUsage],
  },
  {
    id: 'hosted_vllm',
    displayName: 'vLLM server',
    docs: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html',
    env: { apiKey: ['HOSTED_VLLM_API_KEY'], baseUrl: ['HOSTED_VLLM_API_BASE'] },
    needsApiKey: false,
  },
  {
    id: 'lm_studio',
    displayName: 'LM Studio',
    docs: 'https://lmstudio.ai/docs/app/api/endpoints/openai',
    env: { apiKey: ['LM_STUDIO_API_KEY'], baseUrl: ['LM_STUDIO_API_BASE'] },
    needsApiKey: false,
    renamed: maxTokens,
  },
  {
    id: 'nvidia_nim',
    displayName: 'NVIDIA NIM',
    docs: 'https://docs.api.nvidia.com/nim/reference/llm-apis',
    defaultBaseUrl: 'https://integrate.api.nvidia.com/v1',
    env: { apiKey: ['NVIDIA_NIM_API_KEY'], baseUrl: ['NVIDIA_NIM_API_BASE'] },
    renamed: maxTokens,
  },
  {
    id: 'openrouter',
    displayName: 'OpenRouter',
    docs: 'https://openrouter.ai/docs/api-reference/overview',
    defaultBaseUrl: 'https://openrouter.ai/api/v1',
    env: { apiKey: ['OPENROUTER_API_KEY', 'OR_API_KEY'], baseUrl: ['OPENROUTER_API_BASE'] },
    quirks: [reasoningField],
  },
  {
    id: 'perplexity',
    displayName: 'Perplexity',
    docs: 'https://docs.perplexity.ai/api-reference/chat-completions-post',
    defaultBaseUrl: 'https://api.perplexity.ai',
    env: { apiKey: ['PERPLEXITYAI_API_KEY', 'PERPLEXITY_API_KEY'], baseUrl: ['PERPLEXITY_API_BASE'] },
    renamed: maxTokens,
    asksForStreamUsage: false,
  },
  {
    id: 'sambanova',
    displayName: 'SambaNova',
    docs: 'https://docs.sambanova.ai/docs/en/features/openai-compatibility',
    defaultBaseUrl: 'https://api.sambanova.ai/v1',
    env: { apiKey: ['SAMBANOVA_API_KEY'], baseUrl: ['SAMBANOVA_API_BASE'] },
    renamed: maxTokens,
  },
  {
    id: 'together_ai',
    displayName: 'Together AI',
    docs: 'https://docs.together.ai/docs/openai-api-compatibility',
    defaultBaseUrl: 'https://api.together.ai/v1',
    env: {
      apiKey: ['TOGETHER_API_KEY', 'TOGETHER_AI_API_KEY', 'TOGETHERAI_API_KEY', 'TOGETHER_AI_TOKEN'],
      baseUrl: ['TOGETHER_AI_API_BASE'],
    },
    renamed: maxTokens,
  },
  {
    id: 'xai',
    displayName: 'xAI',
    docs: 'https://docs.x.ai/docs/api-reference#chat-completions',
    defaultBaseUrl: 'https://api.x.ai/v1',
    env: { apiKey: ['XAI_API_KEY'], baseUrl: ['XAI_API_BASE'] },
  },
];
