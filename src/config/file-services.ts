/** Reads `files_settings`: each account becomes an entry that serves every model of its provider. */
import { errorAt, warningAt, type ConfigProblem } from './config-problem.js';
import { findUnset } from './environment-references.js';
import { originOf, type Located } from './located.js';
import { toModelEntry, type ModelEntry } from './model-entry.js';
import { readSection } from './read-section.js';
import { fileServiceSchema } from './schema/file-service.schema.js';
import { modelEntrySchema } from './schema/model-entry.schema.js';

/** What stands before the provider in the name of such an entry; no client asks for it. */
export const fileServicePrefix = 'files_settings/';

export function readFileServices(list: Located | undefined, problems: ConfigProblem[]): readonly ModelEntry[] {
  if (list === undefined || (list.kind === 'scalar' && list.value === null)) return [];
  if (list.kind !== 'list') {
    problems.push(errorAt(list.origin, 'expected a list. Begin each entry with `- custom_llm_provider:`.'));
    return [];
  }
  return list.items.flatMap((item, index) => readEntry(item, index, problems) ?? []);
}

/** Null where the entry is faulty, or lacks an environment variable. */
function readEntry(node: Located, index: number, problems: ConfigProblem[]): ModelEntry | null {
  const unset = [...findUnset(node)];
  for (const { node: at, variable } of unset) {
    const message = `inactive: the environment variable ${variable} is not set. Set it to use this account.`;
    problems.push(warningAt(at.origin, message));
  }
  const wire = readSection(node, fileServiceSchema, ['files_settings', index], problems);
  if (wire === null || unset.length > 0) return null;
  const { custom_llm_provider: provider } = wire;
  const entry = {
    model_name: `${fileServicePrefix}${provider}`,
    litellm_params: { ...wire, model: `${provider}/*` },
  };
  const read = modelEntrySchema.safeParse(entry);
  if (read.success) return toModelEntry(read.data, node.origin);
  const key = String(read.error.issues[0]?.path.at(-1) ?? '');
  problems.push(errorAt(originOf(node, [key]), `\`${key}\` has a value that it cannot have. Correct or remove it.`));
  return null;
}
