/** Profiles from AWS's shared files, as its command line tools leave them. */
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
import type { SecretSource } from '../../../spec/secret-source.js';

/** The settings of one profile, by lower-case name. */
export type Profile = ReadonlyMap<string, string>;

/** Settings of both files together, the credentials file first; undefined where neither knows the profile. */
export function readProfile(name: string, secrets: SecretSource): Profile | undefined {
  const home = secrets.variable('HOME') ?? secrets.variable('USERPROFILE') ?? '~';
  const config = secrets.file(secrets.variable('AWS_CONFIG_FILE') ?? `${home}/.aws/config`) ?? '';
  const credentials = secrets.file(secrets.variable('AWS_SHARED_CREDENTIALS_FILE') ?? `${home}/.aws/credentials`) ?? '';
  const parts = [
    sectionOf(config, [`profile ${name}`, ...(name === 'default' ? [name] : [])]),
    sectionOf(credentials, [name]),
  ];
  const found = parts.filter((part) => part !== undefined);
  return found.length === 0 ? undefined : new Map(found.flatMap((part) => [...part]));
}

function sectionOf(text: string, names: readonly string[]): Profile | undefined {
  let settings: Map<string, string> | undefined;
  let isOurs = false;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\[\s*(.+?)\s*\]/.exec(line)?.[1];
    if (section !== undefined) {
      isOurs = names.includes(section.replace(/\s+/g, ' ').replace(/["']/g, ''));
      if (isOurs) settings ??= new Map();
      continue;
    }
    // An indented line belongs to a nested setting, none of which says anything of credentials.
    const [, name, value = ''] = /^([\w.-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (isOurs && name !== undefined) settings?.set(name.toLowerCase(), value.replace(/\s[#;].*$/, ''));
  }
  return settings;
}
