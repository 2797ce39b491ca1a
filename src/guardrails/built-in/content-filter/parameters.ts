/** The parameters of the content filter, named as in LiteLLM's config file. */
import { z } from 'zod';
import { anyCase } from '../any-case.js';

export const action = anyCase(['BLOCK', 'MASK']);
export const severity = z.enum(['low', 'medium', 'high']);

export type Severity = z.infer<typeof severity>;

export const blockedWord = z.object({
  /** A word or phrase. Found in every Unicode form, whatever its case; white space in it stands for any white space. */
  keyword: z.string().trim().min(1),
  action: action.default('BLOCK'),
  /** For whoever reads the configuration. */
  description: z.string().nullish(),
  /** Only as a word of its own; otherwise also within longer words. */
  whole_word: z.boolean().optional(),
});

export type BlockedWord = z.infer<typeof blockedWord>;

const prebuiltPattern = z.object({
  pattern_type: z.literal('prebuilt'),
  pattern_name: z.string(),
  action: action.default('BLOCK'),
});

const ownPattern = z.object({
  pattern_type: z.literal('regex'),
  /** In RE2's syntax. */
  pattern: z.string().min(1),
  /** What findings and masks call it. */
  name: z.string().min(1).default('custom'),
  action: action.default('BLOCK'),
  /** `i` for any case, `m` for lines, `s` for a dot that matches line ends. */
  flags: z
    .string()
    .regex(/^[ims]*$/, 'has the letters i, m and s only')
    .default(''),
});

const categoryChoice = z.object({
  category: z.string().min(1),
  enabled: z.boolean().default(true),
  action: action.default('BLOCK'),
  /** The least severe that counts; the filter's own where left out. */
  severity_threshold: severity.optional(),
  /** A YAML file with the category's words, in the place of the built-in ones. */
  category_file: z.string().nullish(),
});

export type CategoryChoice = z.infer<typeof categoryChoice>;

const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);

export const contentFilterParameters = z.object({
  /** Words to find, all in one pass. */
  blocked_words: listOf(blockedWord),
  /** A YAML file with more of them under `blocked_words`. Only guardrails of the config file may name files. */
  blocked_words_file: z.string().nullish(),
  /** Whether words of `blocked_words` count only as words of their own. */
  whole_words: z.boolean().default(false),
  patterns: listOf(z.discriminatedUnion('pattern_type', [prebuiltPattern, ownPattern])),
  categories: listOf(categoryChoice),
  severity_threshold: severity.default('medium'),
  /** Words and phrases within which nothing counts. */
  allowed_words: listOf(z.string().trim().min(1)),
  /** Patterns within whose matches nothing counts. */
  allowed_patterns: listOf(z.string().min(1)),
  /** What stands for what a pattern found; `{pattern_name}` is its name in capitals. */
  pattern_redaction_format: z.string().min(1).default('[{pattern_name}_REDACTED]'),
  keyword_redaction_tag: z.string().default('[KEYWORD_REDACTED]'),
  /** How much of a stream is held back for patterns of one's own: their longest match. */
  stream_hold_back_chars: z.number().int().min(0).max(100_000).default(256),
});

export type ContentFilterParameters = z.infer<typeof contentFilterParameters>;
