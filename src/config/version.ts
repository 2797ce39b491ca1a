/** The product's version, from its package. */
import { readFileSync } from 'node:fs';

interface PackageFile {
  readonly version: string;
}

const file = new URL('../../package.json', import.meta.url);

export const version = (JSON.parse(readFileSync(file, 'utf8')) as PackageFile).version;
