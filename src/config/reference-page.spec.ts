import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { servedKeys } from './check-keys.js';
import { editorJsonSchema, plainJsonSchema, type JsonSchema } from './json-schema.js';
import { renderReferencePage } from './reference-page.js';
import { noteKeys } from './schema/fields.js';
import { startOnlySettings, startOnlyTokenAuth } from './start-only-settings.js';
import { refusedKeys, unservedKeys, type Section } from './unserved-keys.js';

const docs = join(__dirname, '../../docs');

describe('the reference of the configuration', () => {
  it('is docs/config.md as scripts/write-config-docs.mjs writes it', () => {
    expect(readFileSync(join(docs, 'config.md'), 'utf8')).toBe(renderReferencePage());
  });

  it('is docs/config.schema.json as scripts/write-config-docs.mjs writes it', () => {
    expect(JSON.parse(readFileSync(join(docs, 'config.schema.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(editorJsonSchema())),
    );
  });

  it('describes every setting', () => {
    const undescribed: string[] = [];
    const visit = (schema: JsonSchema, path: string): void => {
      for (const [key, inner] of Object.entries(schema.properties ?? {})) {
        const isSection = path === '';
        if (!isSection && inner.description === undefined) undescribed.push(`${path}.${key}`);
        visit(inner, `${path}.${key}`);
      }
      if (schema.items) visit(schema.items, `${path}[]`);
    };
    visit(plainJsonSchema, '');
    expect(undescribed).toEqual([]);
  });

  it('marks exactly those settings as read at start that a reload leaves alone', () => {
    const general = plainJsonSchema.properties?.['general_settings']?.properties ?? {};
    const marked = Object.keys(general).filter((key) => general[key]?.[noteKeys.startOnly]);
    expect(marked.toSorted()).toEqual([...Object.values(startOnlySettings), ...startOnlyTokenAuth].toSorted());
  });

  it('has no key that is both served and not', () => {
    for (const section of Object.keys(servedKeys) as Section[]) {
      const others = [...unservedKeys[section], ...Object.keys(refusedKeys[section])];
      expect(servedKeys[section].filter((key) => others.includes(key))).toEqual([]);
    }
  });
});
