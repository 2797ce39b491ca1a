/** Reads a configuration file and the files that it includes into one tree. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorAt, warningAt, type ConfigProblem, type Origin } from './config-problem.js';
import { parseLocatedYaml, type Located, type LocatedMap } from './located.js';

export interface ConfigFiles {
  /** Null where a file could not be read or parsed. */
  readonly root: LocatedMap | null;
  /** Absolute paths of every file that was asked for, missing ones included. */
  readonly files: readonly string[];
  readonly problems: readonly ConfigProblem[];
  /** Stands for the content of all files: the same content, the same fingerprint. */
  readonly fingerprint: string;
}

/**
 * Lists of an included file are appended, maps are merged; where both files set a value, the including file's stays
 * and a warning names both places.
 */
export function readConfigFiles(path: string): ConfigFiles {
  const reader = new FileReader();
  const root = reader.read(resolve(path), path, []);
  return {
    root: reader.failed ? null : root,
    files: [...reader.files],
    problems: reader.problems,
    fingerprint: reader.content.digest('hex'),
  };
}

class FileReader {
  readonly files = new Set<string>();
  readonly problems: ConfigProblem[] = [];
  readonly content = createHash('sha256');
  failed = false;

  /** @param chain the absolute paths of the files that led here, outermost first */
  read(absolute: string, shown: string, chain: readonly string[], includedAt?: Origin): LocatedMap | null {
    this.files.add(absolute);
    if (chain.includes(absolute)) {
      const circle = [...chain.slice(chain.indexOf(absolute)), absolute].join(' -> ');
      return this.fail(includedAt, shown, `the include goes round in a circle: ${circle}. Remove one of the includes.`);
    }
    let text: string;
    try {
      text = readFileSync(absolute, 'utf8');
    } catch (error) {
      this.content.update(`${absolute}\0\0`);
      return this.fail(includedAt, shown, whyUnreadable(error, absolute));
    }
    this.content.update(`${absolute}\0${text}\0`);
    const { root, problems } = parseLocatedYaml(text, shown);
    this.problems.push(...problems);
    if (root === null) {
      this.failed = true;
      return null;
    }
    return this.withIncludes(root, absolute, [...chain, absolute]);
  }

  private withIncludes(root: LocatedMap, absolute: string, chain: readonly string[]): LocatedMap {
    const include = root.entries.get('include');
    if (include === undefined) return root;
    let merged: LocatedMap = { ...root, entries: new Map([...root.entries].filter(([key]) => key !== 'include')) };
    for (const item of include.kind === 'list' ? include.items : [include]) {
      if (item.kind !== 'scalar' || typeof item.value !== 'string' || item.value === '') {
        this.fail(item.origin, '', 'expected the path of a file. Write `include: [models.yaml]`.');
        continue;
      }
      const path = resolve(dirname(absolute), item.value);
      const included = this.read(path, path, chain, item.origin);
      if (included !== null) merged = this.merge(merged, included);
    }
    return merged;
  }

  private merge(own: LocatedMap, included: LocatedMap): LocatedMap {
    const entries = new Map<string, Located>(own.entries);
    for (const [key, theirs] of included.entries) {
      const ours = entries.get(key);
      if (ours === undefined) entries.set(key, theirs);
      else if (ours.kind === 'list' && theirs.kind === 'list') {
        entries.set(key, { ...ours, items: [...ours.items, ...theirs.items] });
      } else if (ours.kind === 'map' && theirs.kind === 'map') entries.set(key, this.merge(ours, theirs));
      else {
        const kept = `${ours.origin.file}:${ours.origin.line}`;
        this.problems.push(warningAt(theirs.origin, `is also set in ${kept}, which stays. Remove one of the two.`));
      }
    }
    return { ...own, entries };
  }

  private fail(at: Origin | undefined, shown: string, message: string): null {
    this.failed = true;
    this.problems.push(errorAt(at ?? { file: shown, line: 0, path: '' }, message));
    return null;
  }
}

function whyUnreadable(error: unknown, path: string): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT')
    return `there is no file ${path}. Correct the path (an include is relative to the file it stands in).`;
  if (code === 'EISDIR') return `${path} is a folder. Name a file.`;
  if (code === 'EACCES') return `${path} may not be read by this user. Change its owner or mode.`;
  return `${path} could not be read (${code || 'unknown cause'}).`;
}
