#!/usr/bin/env node
// Writes docs/config.md and docs/config.schema.json from the schemas in src/config/schema.
import { readFileSync, writeFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';

// The sources as they are, without a build: they name each other as they are called once compiled.
const isOurs = (url) => url?.includes('/src/') && !url.includes('/node_modules/');
registerHooks({
  resolve: (specifier, context, next) =>
    next(isOurs(context.parentURL) ? specifier.replace(/^(\..*)\.js$/, '$1.ts') : specifier, context),
  load(url, context, next) {
    if (!isOurs(url)) return next(url, context);
    const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'), { mode: 'transform' });
    return { format: 'module', shortCircuit: true, source };
  },
});
const { renderReferencePage } = await import('../src/config/reference-page.ts');
const { editorJsonSchema } = await import('../src/config/json-schema.ts');

const write = (name, text) => writeFileSync(new URL(`../docs/${name}`, import.meta.url), text);
write('config.md', renderReferencePage());
write('config.schema.json', await format(JSON.stringify(editorJsonSchema()), { parser: 'json', printWidth: 120 }));
