#!/usr/bin/env node
// Writes docs/providers.md from the registry, the catalog and the price table; with --check it only fails when they differ.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import './typescript-sources.mjs';

const { providerRegistry } = await import('../src/core/providers/registry.ts');
const { catalog } = await import('../src/core/providers/openai-compatible/catalog.ts');

const root = new URL('../', import.meta.url);
const target = new URL('docs/providers.md', root);
const priced = JSON.parse(readFileSync(new URL('src/core/pricing/price-table.json', root), 'utf8')).models;
const rows = new Map(catalog.map((row) => [row.id, row]));
const pages = new Set(readdirSync(new URL('docs/providers/', root)).map((file) => file.replace(/\.md$/, '')));

/** Where the facts of the full adapters come from; a row of the catalog says it itself. */
const vendorPages = {
  anthropic: 'https://docs.claude.com/en/api/messages',
  azure: 'https://learn.microsoft.com/en-us/azure/ai-foundry/openai/reference',
  azure_ai: 'https://learn.microsoft.com/en-us/rest/api/aifoundry/modelinference/',
  bedrock: 'https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference.html',
  cloudflare: 'https://developers.cloudflare.com/workers-ai/',
  codestral: 'https://docs.mistral.ai/capabilities/code_generation/',
  cohere: 'https://docs.cohere.com/reference/chat',
  databricks: 'https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis/api-reference',
  deepgram: 'https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded',
  elevenlabs: 'https://elevenlabs.io/docs/api-reference/introduction',
  gemini: 'https://ai.google.dev/api/generate-content',
  huggingface: 'https://huggingface.co/docs/inference-providers/index',
  infinity: 'https://michaelfeil.eu/infinity/latest/',
  jina_ai: 'https://jina.ai/embeddings/',
  mistral: 'https://docs.mistral.ai/api/',
  ollama: 'https://docs.ollama.com/api',
  ollama_chat: 'https://docs.ollama.com/api',
  openai: 'https://platform.openai.com/docs/api-reference/chat',
  replicate: 'https://replicate.com/docs/reference/http',
  sagemaker: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html',
  sagemaker_chat: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html',
  snowflake: 'https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api',
  stability: 'https://platform.stability.ai/docs/api-reference',
  together_ai: 'https://docs.together.ai/docs/openai-api-compatibility',
  vertex_ai: 'https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference',
  text_completion_openai: 'https://platform.openai.com/docs/api-reference/completions',
  voyage: 'https://docs.voyageai.com/reference/embeddings-api',
  watsonx: 'https://cloud.ibm.com/apidocs/watsonx-ai',
};

const endpoints = ['chat', 'embeddings', 'rerank', 'images', 'transcription', 'speech', 'moderations', 'batches'];

/** Of the models that the price table lists under a provider; some ids have hyphens there. */
function listed(id) {
  return Object.entries(priced[id] ?? priced[id.replaceAll('_', '-')] ?? {}).map(
    ([model, { can = '', mode = 'chat' }]) => ({
      model,
      mode,
      abilities: can.split(' '),
    }),
  );
}

/** How many listed models have the ability; where a parameter asks for it, first whether the provider is sent it. */
function ability({ id, chat }, name, param) {
  if (!chat) return '';
  const models = listed(id);
  const count = models.filter(({ abilities }) => abilities.includes(name)).length;
  if (param === undefined) return count > 0 ? String(count) : '';
  const names = ['any', ...models.filter(({ mode }) => mode === 'chat').map(({ model }) => model)];
  if (!names.some((model) => chat.supportedParams(model).has(param))) return 'no';
  return count > 0 ? `yes, ${count}` : 'yes';
}

const provides = (provider, endpoint) => (endpoint === 'chat' ? (provider.chat ?? provider.local) : provider[endpoint]);
const code = (names = []) => names.map((name) => `\`${name}\``).join(', ');

function title({ id, displayName }) {
  const page = id === 'demo' ? undefined : (vendorPages[id] ?? rows.get(id)?.docs);
  const name = pages.has(id.replaceAll('_', '-'))
    ? `[${displayName}](providers/${id.replaceAll('_', '-')}.md)`
    : displayName;
  return `${name}${page ? ` ([docs](${page}))` : ''}`;
}

function firstRow(provider) {
  const served = endpoints.filter((endpoint) => provides(provider, endpoint));
  const abilities = [
    ability(provider, 'function_calling', 'tools'),
    ability(provider, 'vision'),
    ability(provider, 'response_schema', 'response_format'),
    ability(provider, 'reasoning', 'reasoning_effort'),
    ability(provider, 'prompt_caching'),
  ];
  return `| \`${provider.id}\` | ${title(provider)} | ${served.join(', ')} | ${abilities.join(' | ')} |`;
}

function secondRow({ id, env, defaultBaseUrl, locate, needsApiKey, credentialExchange, local }) {
  const others = Object.entries(env.credentials ?? {}).map(([, names]) => code(names));
  const optional = needsApiKey === false && others.length === 0 && !credentialExchange && (env.apiKey?.length ?? 0) > 0;
  const keys = [code(env.apiKey) + (optional ? ', optional' : ''), ...others].filter((text) => text !== '');
  const settings = Object.entries(env.settings ?? {}).map(([name, names]) => `\`${name}\` from ${code(names)}`);
  const address = defaultBaseUrl
    ? `\`${defaultBaseUrl}\``
    : local
      ? 'within the process'
      : locate
        ? 'from settings'
        : 'your own `api_base`';
  return `| \`${id}\` | ${keys.join('; ') || 'none'} | ${address} | ${code(env.baseUrl)} | ${settings.join('; ')} |`;
}

function thirdRow({ id, unsupported = [], renamed = {}, quirks = [], asksForStreamUsage, endpoints: own = {} }) {
  const names = Object.entries(renamed).map(([name, other]) => `\`${name}\` to \`${other}\``);
  const others = quirks
    .filter(({ name }) => name !== 'developer-as-system')
    .map(({ name }) => name.replaceAll('-', ' '));
  if (asksForStreamUsage === false) others.push('no `stream_options`');
  others.push(...Object.keys(own).map((endpoint) => `own ${endpoint}`));
  if (unsupported.length + names.length + others.length === 0) return [];
  return [`| \`${id}\` | ${code(unsupported)} | ${names.join(', ')} | ${others.join(', ')} |`];
}

const providers = providerRegistry.ids.map((id) => providerRegistry.find(id));
for (const { id } of providers) {
  if (id === 'demo' || vendorPages[id] || rows.has(id)) continue;
  console.error(`scripts/write-providers-doc.mjs has no link to the documentation of ${id}: add it to vendorPages.`);
  process.exit(1);
}

const page = `# Providers

<!-- Made by scripts/write-providers-doc.mjs (make generate) from the registry, the catalog and the price table: edit those. -->

${providers.length} ids. \`model\` in \`litellm_params\` is \`<id>/<the provider's own name of the model>\`.

A provider that is not here and speaks OpenAI's dialect needs no code: use \`openai/<model>\` with \`api_base\`, or a
[row in your configuration](custom-providers.md). [Adding a provider](adding-a-provider.md) shows how to make one part of the product.

## What each can do

- **tools**, **JSON schema**, **reasoning**: \`yes\` where \`tools\`, \`response_format\`, \`reasoning_effort\` reach the provider, in its own
  words; \`no\` where they are refused, or dropped with \`drop_params\`. Whether a model of the provider takes them is the model's affair.
- The numbers are those of the models that the [price table](pricing.md) knows to have the ability; **vision** and **caching** have no
  parameter of their own. An empty cell means that nothing is known, not that it does not work.

| id | provider | endpoints | tools | vision | JSON schema | reasoning | caching |
|---|---|---|---|---|---|---|---|
${providers.map(firstRow).join('\n')}

## Keys and addresses

The key comes from \`api_key\` of \`litellm_params\` or the first of these environment variables that is set, the address from
\`api_base\`, the environment or the default, further settings from \`litellm_params\` or the environment.

| id | key | address | address from | settings |
|---|---|---|---|---|
${providers.map(secondRow).join('\n')}

## What is changed on the way

With all of them a stream's usage is asked for; its chunk reaches only clients that asked for it. OpenAI's o-series and gpt-5
models get \`max_completion_tokens\` for \`max_tokens\`, and with \`drop_params\` lose the sampling parameters that they refuse;
\`organization\` and \`project\` of \`litellm_params\` go to OpenAI as headers. Messages of the developer go as the system's wherever
the provider's documentation does not know that role. What else the OpenAI-compatible providers refuse, call
otherwise or want otherwise (each is a file in \`src/core/providers/openai-compatible/quirks/\`):

| id | refuses | renames | otherwise |
|---|---|---|---|
${[...rows.values()]
  .sort((one, other) => (one.id < other.id ? -1 : 1))
  .flatMap(thirdRow)
  .join('\n')}
`;

if (!process.argv.includes('--check')) {
  writeFileSync(target, page);
} else if (!existsSync(target) || readFileSync(target, 'utf8') !== page) {
  console.error('docs/providers.md differs from what it is made of. Run make generate.');
  process.exitCode = 1;
}
