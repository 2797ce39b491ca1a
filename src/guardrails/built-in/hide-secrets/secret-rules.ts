/** Which secrets are looked for: secretlint's rules, and what they leave out or find only half of. */
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import { secretLintProfiler } from '@secretlint/profiler';
import type { SecretLintCoreConfig } from '@secretlint/types';

// It keeps a record of each call for as long as the process lives.
secretLintProfiler.setEnabled(false);

/**
 * `filter-comments` lets a text switch off its own check (`secretlint-disable`). `aws` reports a place that ends before the key does.
 */
const leftOut = new Set(['@secretlint/secretlint-rule-filter-comments', '@secretlint/secretlint-rule-aws']);

export const secretlintConfig: SecretLintCoreConfig = {
  rules: rules.filter(({ meta }) => !leftOut.has(meta.id)).map((rule) => ({ id: rule.meta.id, rule, options: {} })),
};

export interface SecretPattern {
  readonly kind: string;
  /** Global; each start is looked at for a bounded number of characters. */
  readonly pattern: RegExp;
  /** The group that is the secret; the whole match where left out. */
  readonly group?: number;
  readonly isSecret?: (value: string) => boolean;
}

/** Bits for each character: words have less, keys more. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const leastEntropy = 3;
/** What people write where a secret would stand: a variable, a pattern, an example. */
const standIn = /^[$<{[%*]|\*{3}|\.{3}|x{4}|example|placeholder|your[_-]|changeme|process\.env|environ/i;

/** A value as random as a password, with digits or punctuation among its letters. */
function looksRandom(value: string): boolean {
  return /[A-Za-z]/.test(value) && /[^A-Za-z_.-]/.test(value) && !standIn.test(value) && entropy(value) >= leastEntropy;
}

/** Digits and letters in which no AWS key would be: hashes and paths. */
const isNoHash = (value: string): boolean => !/^[\da-f]+$/i.test(value) && entropy(value) >= 4;

export const secretPatterns: readonly SecretPattern[] = [
  { kind: 'AWS_ACCESS_KEY', pattern: /\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g },
  {
    kind: 'AWS_SECRET_KEY',
    pattern: /\b(?:aws|secret)[\w .:="'>-]{1,40}?(?<![A-Za-z0-9/+])([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    group: 1,
    isSecret: isNoHash,
  },
  { kind: 'GOOGLE_API_KEY', pattern: /\bAIza[\w-]{35}/g },
  { kind: 'OPENAI_API_KEY', pattern: /\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,200}/g },
  { kind: 'STRIPE_KEY', pattern: /\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,128}/g },
  { kind: 'JWT', pattern: /\beyJ[\w-]{10,500}\.eyJ[\w-]{10,4000}\.[\w-]{10,1000}/g },
  { kind: 'BEARER_TOKEN', pattern: /\bBearer\s{1,4}([\w.~+/=-]{20,4000})/gi, group: 1, isSecret: looksRandom },
  // A key that is cut off is one all the same.
  { kind: 'PRIVATE_KEY', pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----[\w\s+/=:,.\\-]{0,8000}/g },
  {
    kind: 'CREDENTIAL',
    pattern:
      /(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|auth[_-]?key|credential)s?["']?\s{0,4}(?::=|=>|=|:)\s{0,4}["'`]?([^\s"'`,;<>(){}[\]]{8,200})/gi,
    group: 1,
    isSecret: looksRandom,
  },
];

/** Of those that are short enough to be held back; a private key is the longest. */
export const longestSecret = 4096;
