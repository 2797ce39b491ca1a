#!/usr/bin/env node
// Writes docs/errors.md from the error catalog; with --check it only fails when they differ.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { errorCatalog } from '../src/core/errors/catalog.ts';

const target = new URL('../docs/errors.md', import.meta.url);
const yes = (flag) => (flag ? 'yes' : 'no');
const cell = (text) => text.replaceAll('|', '\\|');

const rows = Object.entries(errorCatalog).map(
  ([code, { status, type, retryable, cools, text }]) =>
    `| \`${code}\` | ${status} | \`${type}\` | ${yes(retryable)} | ${yes(cools)} | ${cell(text)} |`,
);
const page = `# Errors

<!-- Made by scripts/write-errors-doc.mjs (make generate) from src/core/errors/catalog.ts: edit that one. -->

Every error that leaves the gateway is a row of this table.

- **code**: the row's name, in the gateway's log and in the library's \`GatewayError.code\`.
- **status**: the HTTP status; an error that a provider reported may keep the provider's own.
- **type**: \`error.type\` in the body.
- **retryable**: another attempt, on this or another deployment, may succeed.
- **cools**: counts against the deployment's health.
- **text**: \`error.message\`; \`{names}\` are filled in. A provider's own message stands in for the text where it gave one.

| code | status | type | retryable | cools | text |
|---|---|---|---|---|---|
${rows.join('\n')}
`;

if (!process.argv.includes('--check')) {
  writeFileSync(target, page);
} else if (!existsSync(target) || readFileSync(target, 'utf8') !== page) {
  console.error('docs/errors.md differs from src/core/errors/catalog.ts. Run make generate.');
  process.exitCode = 1;
}
