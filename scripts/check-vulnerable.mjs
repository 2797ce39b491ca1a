#!/usr/bin/env node
// Fails when the lockfile holds a version known to be vulnerable, a package without a checksum, or one from outside the registry.
import { readFileSync } from 'node:fs';
import semver from 'semver';

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const { packages } = read(process.argv[2] ?? '../package-lock.json');
const { ranges } = read('./vulnerable-ranges.json');

for (const { package: name, range } of ranges) {
  if (semver.validRange(range) === null)
    throw new Error(`scripts/vulnerable-ranges.json: ${name} has an invalid range: ${range}`);
}

const problems = Object.entries(packages)
  .filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
  .flatMap(([path, { name = path.replace(/^.*node_modules\//, ''), version, integrity, resolved, inBundle }]) => {
    const found = ranges
      .filter((entry) => entry.package === name && semver.satisfies(version, entry.range, { includePrerelease: true }))
      .map(({ range, why, source }) => `${path} ${version} is in ${range}: ${why} (${source})`);
    // Bundled packages come inside another one's tarball, under its checksum.
    if (!inBundle && !/^sha512-/.test(integrity ?? '')) found.push(`${path} ${version} has no sha512 checksum`);
    if (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'))
      found.push(`${path} ${version} comes from ${resolved}`);
    return found;
  });

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
