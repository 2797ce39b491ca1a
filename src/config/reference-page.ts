/** Writes the reference page of the configuration from its schemas. */
import { inYaml } from './describe-issue.js';
import { plainJsonSchema, type JsonSchema } from './json-schema.js';
import { noteKeys } from './schema/fields.js';
import { refusedKeys, unservedKeys, type Section } from './unserved-keys.js';

interface PagePart {
  readonly title: string;
  readonly path: readonly string[];
  readonly section?: Section;
}

const parts: readonly PagePart[] = [
  { title: '`model_list[]`', path: ['model_list'] },
  { title: '`model_list[].litellm_params`', path: ['model_list', 'litellm_params'], section: 'litellm_params' },
  { title: '`model_list[].model_info`', path: ['model_list', 'model_info'], section: 'model_info' },
  { title: '`files_settings[]`', path: ['files_settings'] },
  { title: '`credential_list[]`', path: ['credential_list'] },
  { title: '`guardrails[]`', path: ['guardrails'] },
  { title: '`guardrails[].litellm_params`', path: ['guardrails', 'litellm_params'] },
  { title: '`litellm_settings`', path: ['litellm_settings'], section: 'litellm_settings' },
  { title: '`litellm_settings.cache_params`', path: ['litellm_settings', 'cache_params'] },
  { title: '`router_settings`', path: ['router_settings'], section: 'router_settings' },
  { title: '`general_settings`', path: ['general_settings'], section: 'general_settings' },
  { title: '`general_settings.client_cache`', path: ['general_settings', 'client_cache'] },
  { title: '`general_settings.egress`', path: ['general_settings', 'egress'] },
  { title: '`general_settings.litellm_jwtauth`', path: ['general_settings', 'litellm_jwtauth'] },
  { title: '`general_settings.litellm_jwtauth.issuers[]`', path: ['general_settings', 'litellm_jwtauth', 'issuers'] },
];

const opening = `<!-- Written by scripts/write-config-docs.mjs from the schemas in src/config/schema. Do not edit. -->
# Configuration

The gateway reads LiteLLM's \`config.yaml\`. \`tollgate --check --config FILE\` says what is wrong in one, with file, line
and path. Editors check a file while it is written when its first line is
\`# yaml-language-server: $schema=docs/config.schema.json\`.

- Any value may be \`os.environ/NAME\`: the environment variable takes its place.
- Durations are in seconds, prices in USD. Prices are read exactly as written.
- YAML 1.2 with merge keys (\`<<\`); \`yes\`, \`no\`, \`on\` and \`off\` are taken for flags too.
- A key that is unknown, or not served by this version, is ignored with a warning. Some keys protect access or spend: the
  gateway does not start with one of those that it does not serve.
- The file is read again when it changes and on SIGHUP. A file with a mistake is not used at all: the old one stays in
  force. Settings that are "read at start" need a restart.
`;

export function renderReferencePage(): string {
  return [opening, renderTop(), ...parts.map(renderPart)].join('\n');
}

function renderTop(): string {
  const rows = Object.entries(plainJsonSchema.properties ?? {}).map(
    ([name, schema]) => `| \`${name}\` | ${cell(schema.description ?? 'See below.')} |`,
  );
  const table = ['## Sections', '', '| section | what it is |', '|---|---|', ...rows, ''];
  return [...table, ...renderUnserved('top')].join('\n');
}

function renderPart({ title, path, section }: PagePart): string {
  const schema = schemaAt(path);
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const required = schema.required?.includes(name) ? 'required' : defaultOf(field);
    const when = field[noteKeys.startOnly] ? ' Read at start.' : '';
    return `| \`${name}\` | ${typeOf(field)} | ${required} | ${cell(field.description ?? '')}${when} | ${exampleOf(field)} |`;
  });
  return [
    `## ${title}`,
    '',
    '| key | type | default | what it does | example |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    ...(section === undefined ? [] : renderUnserved(section)),
  ].join('\n');
}

function renderUnserved(section: Section): string[] {
  const refused = Object.entries(refusedKeys[section]);
  const ignored = unservedKeys[section].filter((key) => !Object.hasOwn(refusedKeys[section], key));
  const names = (keys: readonly string[]): string =>
    keys
      .toSorted()
      .map((key) => `\`${key}\``)
      .join(', ');
  return [
    ...(ignored.length > 0 ? [`Known to LiteLLM, not served, ignored with a warning: ${names(ignored)}.`, ''] : []),
    ...(refused.length > 0
      ? ['Known to LiteLLM, not served, and refused where they are switched on, since without them:', '']
      : []),
    ...refused.map(([key, { risk }]) => `- \`${key}\`: ${risk}`),
    ...(refused.length > 0 ? [''] : []),
  ];
}

/** Lists are stepped through to what they hold. */
function schemaAt(path: readonly string[]): JsonSchema {
  return path.reduce<JsonSchema>((schema, step) => {
    const next = schema.properties?.[step] ?? {};
    return next.items ?? next;
  }, plainJsonSchema);
}

function typeOf(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  switch (schema.type) {
    case 'integer':
      return 'whole number';
    case 'boolean':
      return 'flag';
    case 'array':
      return `list of ${typeOf(schema.items ?? {})}`;
    case 'object':
      return 'map';
    case 'string':
      return 'text';
    default:
      return schema.type ?? 'any';
  }
}

function defaultOf(schema: JsonSchema): string {
  return schema.default === undefined ? '' : `\`${inYaml(schema.default)}\``;
}

function exampleOf(schema: JsonSchema): string {
  const example = schema.examples?.[0];
  return example === undefined ? '' : `\`${cell(inYaml(example))}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
