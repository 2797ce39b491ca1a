#!/usr/bin/env node
// Fails when a package that ships (not one for development alone) has a licence that is not permissive.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'CC-BY-4.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

/** `A OR B` needs one permissive part, `A AND B` needs both; parentheses as in SPDX. */
function isPermissive(expression) {
  const tokens = expression.match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const part = () => {
    const token = tokens[at++];
    if (token !== '(') return permissive.has(token);
    const inner = either();
    at++;
    return inner;
  };
  const both = () => {
    let result = part();
    while (/^and$/i.test(tokens[at] ?? '') && ++at) result = part() && result;
    return result;
  };
  const either = () => {
    let result = both();
    while (/^or$/i.test(tokens[at] ?? '') && ++at) result = both() || result;
    return result;
  };
  return tokens.length > 0 && either() && at === tokens.length;
}

const root = new URL('../', import.meta.url);
const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'));

/** The lockfile's word, or the package's own where the lockfile has none. */
function licenceOf(path, { license }) {
  if (typeof license === 'string') return license;
  const manifest = new URL(`${path}/package.json`, root);
  if (!existsSync(manifest)) return '';
  const { license: own, licenses } = createRequire(root)(manifest.pathname);
  return typeof own === 'string' ? own : (own?.type ?? licenses?.map(({ type }) => type).join(' OR ') ?? '');
}

const problems = Object.entries(packages)
  // devOptional: in the tree for development, and as an optional peer that nothing here loads (Prisma's command line with its studio).
  .filter(([path, { dev, devOptional, link }]) => path.includes('node_modules/') && !dev && !devOptional && !link)
  .map(([path, entry]) => [path, licenceOf(path, entry)])
  .filter(([, licence]) => !isPermissive(licence));

for (const [path, licence] of problems)
  console.error(
    `${path}: the licence '${licence}' is not on the list of permissive ones in scripts/check-licences.mjs`,
  );
process.exitCode = problems.length > 0 ? 1 : 0;
