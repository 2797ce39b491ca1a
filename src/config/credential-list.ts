/** Reads credentials: those of `credential_list`, and the values of any other. */
import { errorAt, warningAt, type ConfigProblem, type Origin } from './config-problem.js';
import { findUnset } from './environment-references.js';
import type { Located } from './located.js';
import { isProviderSetting } from './model-entry.js';
import { isHttpUrl } from './read-models.js';
import { readSection } from './read-section.js';
import { credentialSchema } from './schema/credential.schema.js';
import { litellmParamsSchema, type WireModelEntry } from './schema/model-entry.schema.js';
import { isSecretName } from './secret-params.js';

/** What a credential gives, in the shape of an entry's parameters. */
export type CredentialValues = WireModelEntry['litellm_params'];

export interface CredentialEntry {
  readonly name: string;
  readonly values: CredentialValues;
  readonly info: Readonly<Record<string, unknown>>;
  readonly origin: Origin;
}

export function readCredentials(list: Located | undefined, problems: ConfigProblem[]): readonly CredentialEntry[] {
  if (list === undefined || (list.kind === 'scalar' && list.value === null)) return [];
  if (list.kind !== 'list') {
    problems.push(errorAt(list.origin, 'expected a list. Begin each entry with `- credential_name:`.'));
    return [];
  }
  const entries = list.items.flatMap((item, index) => readEntry(item, index, problems) ?? []);
  const seen = new Map<string, Origin>();
  for (const { name, origin } of entries) {
    const first = seen.get(name);
    if (first) problems.push(errorAt(origin, `\`${name}\` is also the name of ${first.path}. Give each its own.`));
    else seen.set(name, origin);
  }
  return entries;
}

/** Null where the entry is faulty, or lacks an environment variable. */
function readEntry(node: Located, index: number, problems: ConfigProblem[]): CredentialEntry | null {
  const unset = [...findUnset(node)];
  for (const { node: at, variable } of unset) {
    const message = `inactive: the environment variable ${variable} is not set. Set it to serve what names this credential.`;
    problems.push(warningAt(at.origin, message));
  }
  const wire = readSection(node, credentialSchema, ['credential_list', index], problems);
  if (wire === null || unset.length > 0) return null;
  const { values, faults } = readCredentialValues(wire.credential_values);
  for (const { key, message } of faults) problems.push(errorAt(pathOf(node.origin, key), message));
  if (values === null) return null;
  return { name: wire.credential_name, values, info: wire.credential_info, origin: node.origin };
}

export interface CredentialFault {
  readonly key: string;
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** Parameters that have a credential's meaning; anything else in one would be sent with every request, unseen. */
const otherKeys: ReadonlySet<string> = new Set(['api_base', 'base_url', 'custom_llm_provider', 'extra_headers']);

/** @param given what somebody has written; an entry's parameters are read from it where nothing is wrong */
export function readCredentialValues(given: Readonly<Record<string, unknown>>): {
  readonly values: CredentialValues | null;
  readonly faults: readonly CredentialFault[];
} {
  const kept = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined));
  const faults: CredentialFault[] = Object.keys(kept)
    .filter((key) => !otherKeys.has(key) && !isProviderSetting(key) && !isSecretName(key))
    .map((key) => ({ key, message: `\`${key}\` is no parameter of a credential. Write it into the model's entry.` }));
  const read = litellmParamsSchema.safeParse({ model: 'any', ...kept });
  for (const { path, message } of read.error?.issues ?? []) faults.push({ key: String(path[0] ?? ''), message });
  for (const key of ['api_base', 'base_url']) {
    const address = kept[key];
    if (typeof address === 'string' && !isHttpUrl(address))
      faults.push({ key, message: `\`${key}\`: expected an http or https address without a user name.` });
  }
  return { values: read.success && faults.length === 0 ? read.data : null, faults };
}

function pathOf(origin: Origin, key: string): Origin {
  return { ...origin, path: `${origin.path}.credential_values${key === '' ? '' : `.${key}`}` };
}
