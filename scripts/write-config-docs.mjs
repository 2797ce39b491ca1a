// Writes docs/config.md and docs/config.schema.json from the schemas of the configuration; needs a build.
import { writeFileSync } from 'node:fs';

const load = async (name) => {
  try {
    return await import(new URL(`../dist/config/${name}.js`, import.meta.url));
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.error('write-config-docs: there is no build. Run `make build` first.');
    process.exit(1);
  }
};
const { renderReferencePage } = await load('reference-page');
const { editorJsonSchema } = await load('json-schema');

const write = (path, text) => writeFileSync(new URL(`../docs/${path}`, import.meta.url), text);
write('config.md', renderReferencePage());
write('config.schema.json', `${JSON.stringify(editorJsonSchema(), null, 2)}\n`);
