/** Categories of content: the words by which each is known, how bad each of them is, and what excuses it. */
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { GuardrailMistake } from '../../guardrail.js';
import { harmCategories } from './categories/harm.js';
import { abuseCategories } from './categories/abuse.js';
import type { CategoryWords } from './categories/category-words.js';
import { adviceCategories } from './categories/advice.js';
import { severity, type Severity } from './parameters.js';

/**
 * How a phrase is found. `exact`: as it stands. `fuzzy`: its words in their order, each with any ending, and up to two words in between.
 * `proximity`: its words in any order, with up to `maxDistance` words between neighbours.
 */
export interface CategoryTerm {
  readonly text: string;
  readonly severity: Severity;
  readonly match: 'exact' | 'fuzzy' | 'proximity';
  readonly maxDistance: number;
}

export interface Category {
  readonly name: string;
  readonly terms: readonly CategoryTerm[];
  /** Phrases that excuse a milder term in their sentence, and a severe one only where it is part of them. */
  readonly exceptions: readonly string[];
}

const severities = ['low', 'medium', 'high'] as const;

function categoryOf(words: CategoryWords): Category {
  const exact = severities.flatMap((level) =>
    (words[level] ?? []).map((text) => ({ text, severity: level, match: 'exact' as const, maxDistance: 0 })),
  );
  const fuzzy = (words.fuzzy ?? []).map((text) => ({
    text,
    severity: 'high' as const,
    match: 'fuzzy' as const,
    maxDistance: 2,
  }));
  return { name: words.name, terms: [...exact, ...fuzzy], exceptions: words.exceptions ?? [] };
}

export const builtInCategories: ReadonlyMap<string, Category> = new Map(
  [...harmCategories, ...abuseCategories, ...adviceCategories].map((words) => [words.name, categoryOf(words)]),
);

export const isAtLeast = (level: Severity, threshold: Severity): boolean =>
  severities.indexOf(level) >= severities.indexOf(threshold);

const categoryFile = z.object({
  keywords: z.array(z.object({ keyword: z.string().trim().min(1), severity: severity.default('medium') })).nullish(),
  phrases: z
    .array(
      z.object({
        phrase: z.string().trim().min(1),
        severity: severity.default('medium'),
        match_type: z.enum(['exact', 'fuzzy', 'proximity']).default('exact'),
        max_distance: z.number().int().min(0).max(50).default(3),
      }),
    )
    .nullish(),
  exceptions: z.array(z.string().trim().min(1)).nullish(),
});

/** @throws GuardrailMistake at `path`, with the place in the file */
export function readYaml<T>(text: string, schema: z.ZodType<T>, path: string): T {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new GuardrailMistake(path, `names a file that is not YAML: ${error.message.split('\n')[0] ?? ''}`);
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new GuardrailMistake(
    path,
    `names a file whose ${issue?.path.join('.') ?? 'content'} is wrong: ${issue?.message ?? ''}`,
  );
}

/** LiteLLM's format of a category of one's own. */
export function categoryFromFile(name: string, text: string, path: string): Category {
  const file = readYaml(text, categoryFile, path);
  const keywords = (file.keywords ?? []).map(({ keyword, severity: level }) => ({
    text: keyword,
    severity: level,
    match: 'exact' as const,
    maxDistance: 0,
  }));
  const phrases = (file.phrases ?? []).map((phrase) => ({
    text: phrase.phrase,
    severity: phrase.severity,
    match: phrase.match_type,
    maxDistance: phrase.match_type === 'fuzzy' ? 2 : phrase.max_distance,
  }));
  return { name, terms: [...keywords, ...phrases], exceptions: file.exceptions ?? [] };
}
