/** Files are small, named after their one job in kebab-case, and open with a sentence that says it. */
import { filesBelow, isShipped, lineCount, readSource } from './source-files.js';

const typescript = filesBelow('src', 'enterprise', 'test').filter((file) => file.endsWith('.ts'));
const shipped = filesBelow('src', 'enterprise').filter(isShipped);

const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const vague = /(^|[-.])(utils?|helpers?|common|misc|managers?)([-.]|$)/;

/** The folders and the file name of a path, without what its root is called. */
const partsOf = (file: string) => file.split('/').slice(1);

function sayWhatIsWrong(file: string): string | undefined {
  const bad = partsOf(file).find((part) => !kebabCase.test(part));
  if (bad !== undefined) return `${file}: '${bad}' is not kebab-case`;
  const unclear = partsOf(file).find((part) => vague.test(part));
  return unclear === undefined ? undefined : `${file}: '${unclear}' says nothing; name it after its job`;
}

const opensWithItsJob = (source: string) => /^(#![^\n]*\n)?\s*(\/\*\*?[\s*]*[^\s*/]|\/\/\s*\S)/.test(source);

describe('source files', () => {
  it('are found', () => {
    expect(shipped.length).toBeGreaterThan(30);
  });

  it('have kebab-case names that say what is inside', () => {
    expect(typescript.map(sayWhatIsWrong).filter((problem) => problem !== undefined)).toEqual([]);
  });

  it.each([
    'src/core/utils/text.ts',
    'src/keyManager.ts',
    'src/key-manager.ts',
    'src/auth/helpers.ts',
    'src/Auth/guard.ts',
    'src/spend_log.ts',
  ])('would not be let through as %s', (file) => {
    expect(sayWhatIsWrong(file)).toBeDefined();
  });

  it.each(['src/gateway/llm-pipeline.service.ts', 'src/core/providers/gpt-4.lazy.ts'])(
    'are let through as %s',
    (file) => {
      expect(sayWhatIsWrong(file)).toBeUndefined();
    },
  );

  it('have at most 600 lines each', () => {
    expect(typescript.filter((file) => lineCount(file) > 600).map((file) => `${file}: ${lineCount(file)}`)).toEqual([]);
  });

  it('have fewer than 300 lines in 95 of 100 cases', () => {
    const long = shipped.filter((file) => lineCount(file) >= 300);
    expect([long.length <= Math.ceil(shipped.length * 0.05), long]).toEqual([true, long]);
  });

  it('open with a sentence that says their job', () => {
    expect(opensWithItsJob("import x from 'y';")).toBe(false);
    expect(shipped.filter((file) => !opensWithItsJob(readSource(file)))).toEqual([]);
  });
});
