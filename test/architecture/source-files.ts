/** Lists the project's source files for the tests that read them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(__dirname, '../..');

/** Paths from the root of every file below `folders`, generated and recorded ones left out, in order. */
export function filesBelow(...folders: string[]): string[] {
  return folders
    .filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name))),
    )
    .filter(
      (file) =>
        !/(^|\/)(generated|fixtures|__snapshots__|__pycache__|node_modules)\//.test(file) &&
        !file.startsWith('test/wire/'),
    )
    .sort();
}

export const readSource = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** The number of lines of a file, blank ones and comments included. */
export const lineCount = (file: string): number => readSource(file).trimEnd().split('\n').length;

export const isShipped = (file: string): boolean => file.endsWith('.ts') && !file.endsWith('.spec.ts');
