/** Regular expressions of operators: RE2's, which no text can make slow, within a limit of time for what has very many matches. */
import { RE2JS } from 're2js';
import type { Clock } from '../../../core/spec/index.js';
import { GuardrailMistake } from '../../guardrail.js';

export interface PatternOptions {
  /** `i`, `m` and `s`, as in JavaScript. */
  readonly flags?: string;
}

const flagValues: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
};

/** One pass finds the next match; a pattern whose matches each look far ahead needs many, and is not waited for. */
const mostMs = 200;

/** How the search for all matches ended. */
export type PatternSearch = 'done' | 'out of time';

export class LinearPattern {
  private constructor(
    private readonly compiled: RE2JS,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** @throws GuardrailMistake at `path` for what RE2 does not know, such as look-arounds and back references */
  static compile(
    source: string,
    path: string,
    clock: Pick<Clock, 'monotonic'>,
    { flags = '' }: PatternOptions = {},
  ): LinearPattern {
    const value = [...flags].reduce((sum, flag) => sum | (flagValues[flag] ?? 0), 0);
    try {
      return new LinearPattern(RE2JS.compile(RE2JS.translateRegExp(source), value), clock);
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'it cannot be read';
      throw new GuardrailMistake(
        path,
        `is no regular expression of RE2 (${detail}). RE2 has no look-arounds and no back references: write it without them.`,
      );
    }
  }

  /** Whether it matches anywhere. */
  test(text: string): boolean {
    return this.compiled.test(text);
  }

  /** Every match that is not empty. */
  find(text: string, found: (start: number, end: number) => void): PatternSearch {
    if (!this.compiled.test(text)) return 'done';
    const until = this.clock.monotonic() + mostMs;
    const matcher = this.compiled.matcher(text);
    while (matcher.find()) {
      if (matcher.end() > matcher.start()) found(matcher.start(), matcher.end());
      if (this.clock.monotonic() > until) return 'out of time';
    }
    return 'done';
  }
}
