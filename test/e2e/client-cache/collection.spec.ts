/** Evicted clients that nobody holds are collected, and their idle sockets go, although nothing is ever closed. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CollectionReport } from './collection.child.js';
import { compileForNode, type CompiledScript } from './compile-for-node.js';
import { startUpstream, type LocalUpstream } from './local-upstream.js';

const run = promisify(execFile);
const targets = 10;

describe('evicted and released clients', () => {
  let script: CompiledScript;

  beforeAll(() => {
    script = compileForNode(join(__dirname, 'collection.child.ts'));
  });

  afterAll(() => script.remove());

  it.each([
    ['says nothing about keep-alive', undefined],
    ['asks for connections to be kept for 600 s', 'timeout=600'],
  ])(
    'are collected and lose their sockets within seconds where the upstream %s',
    async (_case, keepAlive) => {
      const upstreams: LocalUpstream[] = await Promise.all(
        Array.from({ length: targets }, () => startUpstream({ ...(keepAlive !== undefined && { keepAlive }) })),
      );
      const openSockets = () => upstreams.reduce((sum, upstream) => sum + upstream.openSockets, 0);
      let mostSockets = 0;
      let socketsAtEnd = -1;
      const sampling = setInterval(() => (mostSockets = Math.max(mostSockets, openSockets())), 20);
      const child = run(process.execPath, ['--expose-gc', script.path, ...upstreams.map(({ origin }) => origin)]);
      // The child is still alive when it reports: what is gone by then went by keep-alive, not by the end of the process.
      child.child.stdout?.once('data', () => (socketsAtEnd = openSockets()));
      try {
        const report = JSON.parse((await child).stdout) as CollectionReport;
        expect(mostSockets).toBe(targets);
        expect(socketsAtEnd).toBeLessThanOrEqual(1);
        const lastTwo = (index: number) => index >= targets - 2;
        expect(report.poolsCollected).toEqual(upstreams.map((_, index) => index !== 0 && !lastTwo(index)));
        expect(report.sdksCollected).toEqual(upstreams.map((_, index) => !lastTwo(index)));
        expect(report.capturedCollected).toBe(true);
        expect(report.liveBefore).toBeGreaterThanOrEqual(targets);
        expect(report.liveAfter).toBe(3);
        expect(report.closesBeforeShutdown).toBe(0);
        expect(report.heldStillWorks).toBe(true);
        expect(report.closesAtShutdown).toBe(3);
      } finally {
        clearInterval(sampling);
        await Promise.all(upstreams.map((upstream) => upstream.stop()));
      }
    },
    30_000,
  );
});
