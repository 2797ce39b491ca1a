/** The walk of a chat request stays short enough to be read in one sitting: eight stations, 1,600 lines of code; docs/decisions/0003 says how they are counted. */
import ts from 'typescript';
import { filesBelow, isShipped, readSource } from './source-files.js';

const maxLines = 1_600;
const maxAdapterLines = 690;

const adapter = 'src/core/providers/openai-compatible';

/** What an OpenAI-to-OpenAI stream passes in the adapter. */
const adapterParts = [
  'index.ts',
  'native-adapter.ts',
  'request-builder.ts',
  'request-address.ts',
  'apply-parameter-policy.ts',
  'json-splice.ts',
  'native-stream-tap.ts',
  'event-template.ts',
  'stream-progress.ts',
  'map-usage.ts',
].map((part) => `${adapter}/${part}`);

/** What is read when it is needed: the reason, and the files of the adapter that it excuses. */
const aside: Readonly<Record<string, RegExp>> = {
  'data and types': /\/(catalog|catalog-row|custom-row|named-quirks|openai-chat-params|quirk|catalog\/[a-z-]+)\.ts$/,
  'quirks of one provider': /\/quirks\//,
  'errors of a provider': /\/(parse-error|mask-secrets|retry-after)\.ts$/,
  'endpoints besides chat': /\/endpoints\//,
  'files and batches': /\/objects\//,
  'whole answers and the translated path': /\/(chat-adapter|chat-stream-parser|finish-reason|read-answer)\.ts$/,
};

/** The stations in the order in which a request passes them. */
const walk: readonly (readonly string[])[] = [
  ['src/gateway/chat/chat-completions.controller.ts'],
  ['src/auth/auth.guard.ts'],
  ['src/auth/auth.service.ts'],
  ['src/gateway/llm-pipeline.service.ts'],
  ['src/core/router/router.ts'],
  ['src/core/transport/execute-call.ts'],
  adapterParts,
  ['src/gateway/sse-writer.ts'],
];

/** The number of lines that hold code: blank ones and those of comments alone do not count. */
function codeLineCount(source: string): number {
  const file = ts.createSourceFile('counted.ts', source, ts.ScriptTarget.Latest, true);
  const lines = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(file);
    if (children.length === 0 && node.getStart(file) < node.end) {
      const last = file.getLineAndCharacterOfPosition(node.end).line;
      for (let line = file.getLineAndCharacterOfPosition(node.getStart(file)).line; line <= last; line++)
        lines.add(line);
    }
    children.forEach(visit);
  };
  visit(file);
  return lines.size;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** What is wrong with a walk whose files have so many lines; nothing where it is short enough. */
function sayWhatIsTooLong(lines: readonly number[], adapterLines: readonly number[]): string[] {
  const total = sum(lines);
  const inAdapter = sum(adapterLines);
  return [
    ...(total > maxLines ? [`the walk has ${total} lines of code, more than ${maxLines}`] : []),
    ...(inAdapter > maxAdapterLines
      ? [`the adapter has ${inAdapter} lines of code, more than ${maxAdapterLines}`]
      : []),
  ];
}

/** The shipped files among `files` that are neither counted nor excused. */
const unaccounted = (files: readonly string[]) =>
  files.filter(
    (file) =>
      isShipped(file) && !adapterParts.includes(file) && !Object.values(aside).some((reason) => reason.test(file)),
  );

const linesOf = (file: string) => codeLineCount(readSource(file));

describe('the walk of a chat request', () => {
  it('has eight stations', () => {
    expect(walk).toHaveLength(8);
  });

  it.each(walk.flat())('passes %s', (file) => {
    expect(linesOf(file)).toBeGreaterThan(0);
  });

  it(`has at most ${maxLines} lines of code, ${maxAdapterLines} of them in the adapter`, () => {
    expect(sayWhatIsTooLong(walk.flat().map(linesOf), adapterParts.map(linesOf))).toEqual([]);
  });

  it('has every file of the adapter in the count, or excused by a reason', () => {
    expect(unaccounted(filesBelow(adapter))).toEqual([]);
  });

  it.each(Object.entries(aside))('excuses nothing that is not there: %s', (_reason, files) => {
    expect(filesBelow(adapter).filter((file) => files.test(file))).not.toEqual([]);
  });
});

describe('the count', () => {
  it('leaves out blank lines and comments, and takes every line of a text for code', () => {
    const source = [
      '/** A job. */',
      "import { a } from './a.js'; // why",
      '',
      '/**',
      ' * Says what. {@link a}',
      ' * @throws never',
      ' */',
      'export const b = `one',
      '',
      '// three`; /* and',
      'on */',
      '  // nothing',
      'export { a };',
    ].join('\n');
    expect(codeLineCount(source)).toBe(5);
  });

  it.each([
    ['a walk that is too long', [1_000, 601], [601], 1],
    ['an adapter that is too long', [691], [691], 1],
    ['both', [1_000, 691], [691], 2],
    ['neither', [910, 690], [690], 0],
  ])('finds %s', (_what, lines, adapterLines, problems) => {
    expect(sayWhatIsTooLong(lines, adapterLines)).toHaveLength(problems);
  });

  it('finds a new file in the adapter', () => {
    const files = [`${adapter}/index.ts`, `${adapter}/rewrite-everything.ts`, `${adapter}/rewrite-everything.spec.ts`];
    expect(unaccounted(files)).toEqual([`${adapter}/rewrite-everything.ts`]);
  });
});
