/** Finds what patterns describe: prebuilt ones, and regular expressions of the operator's own. */
import type { Clock } from '../../../core/spec/index.js';
import { GuardrailMistake } from '../../guardrail.js';
import { EntityScanner } from '../pii/entity-scanner.js';
import type { Place } from '../text/coverage.js';
import { LinearPattern } from '../text/linear-pattern.js';
import type { Match, MatchAction } from '../text/match.js';
import type { ContentFilterParameters } from './parameters.js';
import { prebuiltPatterns } from './prebuilt-patterns.js';

interface Named {
  readonly kind: string;
  readonly action: MatchAction;
  readonly mask: string;
}

interface EntityPattern extends Named {
  readonly entity: string;
  readonly only: RegExp | undefined;
}

interface OwnPattern extends Named {
  readonly pattern: LinearPattern;
}

/** A text in which patterns match so often that the search was given up is not let through. */
const unsearched: Omit<Match, 'start' | 'end'> = { kind: 'too_many_matches', action: 'BLOCK', mask: '' };

export const isUnsearched = ({ kind }: Match): boolean => kind === unsearched.kind;

export class PatternFilter {
  private readonly entities: EntityPattern[] = [];
  private readonly regexes: OwnPattern[] = [];
  private readonly allowed: LinearPattern[];
  private readonly scanner: EntityScanner | undefined;
  /** The longest match that is expected. */
  readonly holdBackChars: number;

  constructor(parameters: ContentFilterParameters, clock: Pick<Clock, 'monotonic'>) {
    let longest = parameters.patterns.some((pattern) => pattern.pattern_type === 'regex')
      ? parameters.stream_hold_back_chars
      : 0;
    for (const [place, pattern] of parameters.patterns.entries()) {
      const at = `patterns[${place}]`;
      const name = pattern.pattern_type === 'regex' ? pattern.name : pattern.pattern_name;
      const mask = parameters.pattern_redaction_format.replaceAll('{pattern_name}', name.toUpperCase());
      const named = { kind: name, action: pattern.action, mask };
      if (pattern.pattern_type === 'regex') {
        const compiled = LinearPattern.compile(pattern.pattern, `${at}.pattern`, clock, { flags: pattern.flags });
        this.regexes.push({ ...named, pattern: compiled });
        continue;
      }
      const prebuilt = Object.hasOwn(prebuiltPatterns, name) ? prebuiltPatterns[name] : undefined;
      if (prebuilt === undefined) {
        const known = Object.keys(prebuiltPatterns).join(', ');
        throw new GuardrailMistake(
          `${at}.pattern_name`,
          `is no pattern that is known here. Known are: ${known}. Others can be written with \`pattern_type: regex\`.`,
        );
      }
      if ('entity' in prebuilt) {
        this.entities.push({ ...named, entity: prebuilt.entity, only: prebuilt.only });
        continue;
      }
      const compiled = LinearPattern.compile(prebuilt.regex, at, clock, { flags: prebuilt.flags ?? '' });
      this.regexes.push({ ...named, pattern: compiled });
      longest = Math.max(longest, prebuilt.longest);
    }
    this.allowed = parameters.allowed_patterns.map((source, place) =>
      LinearPattern.compile(source, `allowed_patterns[${place}]`, clock),
    );
    if (this.entities.length > 0) {
      this.scanner = new EntityScanner([...new Set(this.entities.map(({ entity }) => entity))]);
    }
    this.holdBackChars = Math.max(longest, this.scanner?.longest ?? 0);
  }

  search(text: string): Match[] {
    const matches: Match[] = [];
    for (const hit of this.scanner?.scan(text) ?? []) {
      for (const { entity, only, ...named } of this.entities) {
        if (entity !== hit.entity) continue;
        if (only?.test(text.slice(hit.start, hit.end)) === false) continue;
        matches.push({ start: hit.start, end: hit.end, ...named });
      }
    }
    for (const { pattern, ...named } of this.regexes) {
      const search = pattern.find(text, (start, end) => matches.push({ start, end, ...named }));
      if (search === 'out of time') matches.push({ start: 0, end: 0, ...unsearched });
    }
    return matches;
  }

  /** What the allowed patterns match. A search that was given up allows no more than it has found. */
  allowances(text: string): Place[] {
    const places: Place[] = [];
    for (const pattern of this.allowed) pattern.find(text, (start, end) => places.push({ start, end }));
    return places;
  }
}
