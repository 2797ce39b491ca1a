/** The credentials by name, those of the file before those of the database, and what they give to the entries that name them. */
import type { ConfigProblem, Origin } from '../config/config-problem.js';
import { warningAt } from '../config/config-problem.js';
import { readCredentialValues, type CredentialEntry, type CredentialValues } from '../config/credential-list.js';
import { findReferencesIn } from '../config/environment-references.js';
import { withCredential, type ModelEntry } from '../config/model-entry.js';
import { findNearestName } from '../config/nearest-name.js';
import type { StoredCredential } from './config-model-source.js';
import { namesAddress } from './deployment-factory.js';

export interface KnownCredential {
  readonly name: string;
  readonly values: CredentialValues;
  readonly info: Readonly<Record<string, unknown>>;
  readonly source: 'config' | 'db';
}

export class CredentialBook {
  readonly problems: readonly ConfigProblem[];
  private readonly known: ReadonlyMap<string, KnownCredential>;

  constructor(ofFile: readonly CredentialEntry[], stored: readonly StoredCredential[]) {
    const known = new Map<string, KnownCredential>();
    for (const { name, values, info } of ofFile) known.set(name, { name, values, info, source: 'config' });
    const problems: ConfigProblem[] = [];
    for (const credential of stored) {
      const read = readStored(credential);
      const taken = known.has(credential.name)
        ? 'a credential of the configuration file has the same name.'
        : undefined;
      const reason = taken ?? (typeof read === 'string' ? read : undefined);
      if (reason !== undefined) problems.push(warningAt(originOf(credential), `skipped: ${reason}`));
      else if (typeof read !== 'string') known.set(credential.name, read);
    }
    this.known = known;
    this.problems = problems;
  }

  list(): readonly KnownCredential[] {
    return [...this.known.values()];
  }

  find(name: string): KnownCredential | null {
    return this.known.get(name) ?? null;
  }

  /** The entries with what their credentials give; those that have none to be served with are left out, with a reason. */
  fill(
    entries: readonly ModelEntry[],
    source: 'file' | 'database',
  ): { readonly entries: readonly ModelEntry[]; readonly problems: readonly ConfigProblem[] } {
    const problems: ConfigProblem[] = [];
    const filled = entries.flatMap((entry) => {
      if (entry.credentialName === undefined) return [entry];
      const found = this.known.get(entry.credentialName);
      const reason = found ? findMisuse(entry, source) : this.whyMissing(entry.credentialName);
      if (found && reason === null) return [withCredential(entry, found.values, found.source === 'db')];
      problems.push(warningAt(entry.origin, `inactive: ${reason}`));
      return [];
    });
    return { entries: filled, problems };
  }

  private whyMissing(name: string): string {
    const nearest = findNearestName(name, [...this.known.keys()]);
    const advice =
      nearest === null ? 'Add it to `credential_list`, or by POST /credentials.' : `Did you mean \`${nearest}\`?`;
    return `there is no credential \`${name}\`. ${advice}`;
  }
}

/** Whoever writes a row does not see the credential: it must not be sent to an address of theirs. */
function findMisuse(entry: ModelEntry, source: 'file' | 'database'): string | null {
  return source === 'database' && namesAddress(entry)
    ? 'an entry of the database that names an address cannot use a credential. Put the address into the credential.'
    : null;
}

/** The credential, or why it cannot be used. */
function readStored({ name, values, info, fault }: StoredCredential): KnownCredential | string {
  if (fault !== undefined) return fault;
  if (typeof values !== 'object' || values === null) return 'its values are no map.';
  if (findReferencesIn(values)) return '`os.environ/` is not resolved here. Write the value itself.';
  const { values: read, faults } = readCredentialValues(values as Record<string, unknown>);
  if (read === null) return faults.map(({ message }) => message).join(' ');
  return { name, values: read, info: (info ?? {}) as Record<string, unknown>, source: 'db' };
}

function originOf({ name }: StoredCredential): Origin {
  return { file: `database row ${name} of credentials`, line: 0, path: '' };
}
