// Lets a script import the sources as they are, without a build: they name each other as they are called once compiled.
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';

const isOurs = (url) => url?.includes('/src/') && !url.includes('/node_modules/');

registerHooks({
  resolve: (specifier, context, next) =>
    next(isOurs(context.parentURL) ? specifier.replace(/^(\..*)\.js$/, '$1.ts') : specifier, context),
  load(url, context, next) {
    if (!isOurs(url) || !url.endsWith('.ts')) return next(url, context);
    const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'), { mode: 'transform' });
    return { format: 'module', shortCircuit: true, source };
  },
});
