/** The library is a package of its own within this one: the two must not drift apart. */
import { readFileSync } from 'node:fs';

interface Package {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const read = (path: string): Package => JSON.parse(readFileSync(path, 'utf8')) as Package;
const root = read('package.json');
const core = read('src/core/package.json');

it('have one version', () => {
  expect(core.version).toBe(root.version);
});

it('the library asks for the versions that the tests run with', () => {
  for (const [name, range] of Object.entries({ ...core.dependencies, ...core.peerDependencies })) {
    const installed = root.dependencies[name];
    expect([name, installed]).not.toContain(undefined);
    const [major, minor] = (installed ?? '').split('.');
    const [wantedMajor, wantedMinor] = range.replace('^', '').split('.');
    expect([name, range[0], major, Number(minor) >= Number(wantedMinor)]).toEqual([name, '^', wantedMajor, true]);
  }
});

it('the library has at most six dependencies', () => {
  expect(Object.keys(core.dependencies).sort()).toEqual([
    '@smithy/eventstream-codec',
    '@smithy/signature-v4',
    'eventsource-parser',
    'jose',
    'lru-cache',
    'undici',
  ]);
});
