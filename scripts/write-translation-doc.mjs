#!/usr/bin/env node
// Writes docs/translation.md from the any-to-any matrix; with --check it only fails when they differ.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import './typescript-sources.mjs';

const { clients, providers } = await import('../src/core/testing/matrix/all-sides.ts');
const { limitOf, limits } = await import('../src/core/testing/matrix/limits.ts');
const { features } = await import('../src/core/testing/matrix/meaning.ts');

const target = new URL('../docs/translation.md', import.meta.url);

function cell(client, provider, feature) {
  const limit = limitOf(client.name, provider.name, feature);
  if (!limit) return 'yes';
  return `${limit.refusal ? 'no' : 'changed'} (${limits.indexOf(limit) + 1})`;
}

function table(client) {
  const rows = features.map((feature) => {
    return `| ${feature} | ${providers.map((provider) => cell(client, provider, feature)).join(' | ')} |`;
  });
  return `### ${client.title}

| | ${providers.map(({ title }) => title).join(' | ')} |
|---|${providers.map(() => '---|').join('')}
${rows.join('\n')}
`;
}

const yes = (value) => (value ? 'yes' : 'no');
const sentence = (names) => names.slice(0, -1).join(', ') + (names.length > 1 ? ' and ' : '') + names.at(-1);

const page = `# What a client's dialect and a provider's carry

<!-- Made by scripts/write-translation-doc.mjs (make generate) from src/core/testing/matrix: edit that. -->

Any client reaches any chat model. ${sentence(clients.map(({ title }) => title))}
are translated to whatever the provider speaks; where both sides speak the same, what is sent passes as it is. A test holds each cell below to what it says,
streamed and whole: the request means the same to the provider, the answer the same to the client, and both modes count the
same tokens.

\`yes\`: carried. \`changed\`: carried with a difference, told below. \`no\`: not carried, told below. Each provider is asked for
a model that has the ability.

${clients.map(table).join('\n')}
## Notes

${limits.map(({ note }, at) => `${at + 1}. ${note}`).join('\n')}

How much a model is to reason is a word for some (\`reasoning_effort: high\`) and a number of tokens for others
(\`budget_tokens: 4096\`): it is translated to the nearest that the provider knows.

## Counts

Prompt and completion tokens are counted everywhere. Of them, providers tell how many

| | ${providers.map(({ title }) => title).join(' | ')} |
|---|${providers.map(() => '---|').join('')}
| were read from the prompt cache | ${providers.map(({ tells }) => yes(tells.cached)).join(' | ')} |
| went into reasoning | ${providers.map(({ tells }) => yes(tells.reasoningTokens)).join(' | ')} |

and the answers of ${sentence(clients.filter(({ shows }) => !shows.reasoningTokens).map(({ title }) => title))} have no place for the latter.

## Conversations that change their provider

A conversation that one provider has begun goes on with any other, tool calls and their results included: ids that the next
one does not take are shortened, results of one tool are put in the order of their calls for providers that go by it, thoughts
that the next one would refuse are left out, and the signatures that Gemini demands travel in the calls' ids.
`;

if (!process.argv.includes('--check')) {
  writeFileSync(target, page);
} else if (!existsSync(target) || readFileSync(target, 'utf8') !== page) {
  console.error('docs/translation.md differs from what it is made of. Run make generate.');
  process.exitCode = 1;
}
