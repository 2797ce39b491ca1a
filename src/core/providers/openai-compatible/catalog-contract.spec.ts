/** The rows that are used most, over exchanges in the shapes that their providers document. */
import { join } from 'node:path';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { catalog } from './catalog.js';
import { openAiCompatible } from './index.js';

const shown = ['deepseek', 'fireworks_ai', 'groq', 'hosted_vllm', 'moonshot', 'openrouter', 'perplexity', 'xai'];

for (const id of shown) {
  const row = catalog.find((candidate) => candidate.id === id);
  if (!row) throw new Error(`There is no row for ${id}.`);
  describeProviderContract(openAiCompatible(row), join(__dirname, '__fixtures__', id));
}
