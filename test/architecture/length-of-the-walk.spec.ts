/** The walk of a chat request stays short enough to be read in one sitting: eight stations, 1,600 lines. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, isShipped, lineCount, root } from './source-files.js';

/** In the order in which a request passes them. A folder counts with all its parts, but for the catalog's rows, which are data. */
const walk = [
  'src/gateway/chat/chat-completions.controller.ts',
  'src/auth/auth.guard.ts',
  'src/auth/auth.service.ts',
  'src/gateway/llm-pipeline.service.ts',
  'src/core/router/router.ts',
  'src/core/transport/execute-call.ts',
  'src/core/providers/openai-compatible',
  'src/gateway/sse-writer.ts',
];
const maxLines = 1_600;
const maxAdapterLines = 600;

const filesOf = (station: string) =>
  station.endsWith('.ts')
    ? [station]
    : filesBelow(station).filter((file) => isShipped(file) && !/(^|\/)catalog[^/]*\.ts$/.test(file));
const linesOf = (station: string) => filesOf(station).reduce((sum, file) => sum + lineCount(file), 0);
const exists = (station: string) => existsSync(path.join(root, station));

describe('the walk of a chat request', () => {
  it.each(walk)('passes %s', (station) => {
    expect([station, exists(station) && filesOf(station).length > 0]).toEqual([station, true]);
  });

  it(`has at most ${maxLines} lines in all`, () => {
    const lengths = walk.filter(exists).map((station) => [station, linesOf(station)] as const);
    const total = lengths.reduce((sum, [, lines]) => sum + lines, 0);
    expect([total <= maxLines, total, lengths]).toEqual([true, total, lengths]);
  });

  it(`spends at most ${maxAdapterLines} of them on the adapter with all its parts`, () => {
    expect(linesOf('src/core/providers/openai-compatible')).toBeLessThanOrEqual(maxAdapterLines);
  });
});
