/** The one place that knows every provider: a full adapter is added here, an OpenAI-compatible row in its catalog. */
import type { ProviderDefinition, ProviderRegistry } from '../spec/provider.js';
import { anthropic } from './anthropic/index.js';
import { azure } from './azure/index.js';
import { azureAi } from './azure-ai/index.js';
import { bedrock } from './bedrock/index.js';
import { cloudflare } from './cloudflare/index.js';
import { cohere } from './cohere/index.js';
import { databricks } from './databricks/index.js';
import { deepgram } from './deepgram/index.js';
import { elevenlabs } from './elevenlabs/index.js';
import { replicate } from './replicate/index.js';
import { sagemaker, sagemakerChat } from './sagemaker/index.js';
import { snowflake } from './snowflake/index.js';
import { stability } from './stability/index.js';
import { textCompletionOpenAi } from './text-completion-openai/index.js';
import { vertexAi } from './vertex-ai/index.js';
import { voyage } from './voyage/index.js';
import { watsonx } from './watsonx/index.js';
import { demo } from './demo/index.js';
import { catalog } from './openai-compatible/catalog.js';
import { gemini } from './gemini/index.js';
import { huggingface } from './huggingface/index.js';
import { codestral, mistral } from './mistral/index.js';
import { ollama, ollamaChat } from './ollama/index.js';
import { openAiCompatible } from './openai-compatible/index.js';
import { openai } from './openai/index.js';

const definitions: readonly ProviderDefinition[] = [
  anthropic,
  azure,
  azureAi,
  bedrock,
  cloudflare,
  cohere,
  databricks,
  deepgram,
  elevenlabs,
  replicate,
  sagemaker,
  sagemakerChat,
  snowflake,
  stability,
  watsonx,
  demo,
  gemini,
  huggingface,
  codestral,
  mistral,
  ollama,
  ollamaChat,
  openai,
  textCompletionOpenAi,
  vertexAi,
  voyage,
  // scripts/new-provider adds here
  ...catalog.map(openAiCompatible),
];

/** Other names under which configurations know a provider. */
const aliases: Readonly<Record<string, string>> = {
  ai21_chat: 'ai21',
  cohere_chat: 'cohere',
  'nano-gpt': 'nano_gpt',
  openai_like: 'custom_openai',
  'scx-ai': 'scx_ai',
  'text-completion-openai': 'text_completion_openai',
  vllm: 'hosted_vllm',
  voyageai: 'voyage',
};

const byId: ReadonlyMap<string, ProviderDefinition> = new Map(
  definitions.map((definition) => [definition.id, definition]),
);

export const providerRegistry: ProviderRegistry = {
  find: (id) => byId.get(id) ?? byId.get(aliases[id] ?? '') ?? null,
  ids: [...byId.keys()].sort(),
};
