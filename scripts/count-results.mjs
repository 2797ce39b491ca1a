#!/usr/bin/env node
// Adds up result files of Jest and of the wire cases (both: --json) and prints `N passed, N failed`; a file that is missing counts as a failure.
import { existsSync, readFileSync } from 'node:fs';

const files = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const failedSteps = Number(process.argv.find((argument) => argument.startsWith('--failed-steps='))?.split('=')[1] ?? 0);

function countsOf(file) {
  const results = JSON.parse(readFileSync(file, 'utf8'));
  if ('numPassedTests' in results) {
    // A file that could not be loaded has no failed test of its own, and fails all the same.
    return {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
  }
  return { passed: results.passed, failed: results.failed, skipped: 0 };
}

const total = { passed: 0, failed: 0, skipped: 0 };
for (const file of files) {
  if (!existsSync(file)) {
    console.log(`${file} was not written: the tests did not run to their end`);
    total.failed += 1;
    continue;
  }
  const counts = countsOf(file);
  for (const kind of Object.keys(total)) total[kind] += counts[kind];
}
// A step that failed without a failed test (lint, a build) still has to show.
total.failed = Math.max(total.failed, failedSteps);
if (total.skipped > 0) console.log(`${total.skipped} skipped`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
