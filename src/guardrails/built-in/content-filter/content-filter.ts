/** The content filter: banned words, patterns and categories of content, each masked or blocked. */
import { z } from 'zod';
import type { Guardrail, GuardrailSurroundings, GuardrailType } from '../../guardrail.js';
import { GuardrailMistake } from '../../guardrail.js';
import { containsReason } from '../reasons.js';
import { coverageOf } from '../text/coverage.js';
import { searchTexts, verdictOn, type Match } from '../text/match.js';
import { builtInCategories, categoryFromFile, readYaml } from './categories.js';
import { KeywordFilter, type ChosenCategory } from './keyword-filter.js';
import { blockedWord, contentFilterParameters, type BlockedWord, type ContentFilterParameters } from './parameters.js';
import { isUnsearched, PatternFilter } from './pattern-filter.js';

const blockedWordsFile = z.object({ blocked_words: z.array(blockedWord) });

type ReadFile = GuardrailSurroundings['readFile'];

function textOf(file: string, path: string, readFile: ReadFile): string {
  if (readFile === undefined) {
    throw new GuardrailMistake(
      path,
      'names a file, which only guardrails of the config file may. Put its content in here.',
    );
  }
  try {
    return readFile(file);
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'unknown error';
    throw new GuardrailMistake(path, `names a file that cannot be read (${detail}).`);
  }
}

function blockedWordsOf(parameters: ContentFilterParameters, readFile: ReadFile): BlockedWord[] {
  const { blocked_words: words, blocked_words_file: file } = parameters;
  if (file == null) return words;
  const text = textOf(file, 'blocked_words_file', readFile);
  return [...words, ...readYaml(text, blockedWordsFile, 'blocked_words_file').blocked_words];
}

function categoriesOf(parameters: ContentFilterParameters, readFile: ReadFile): ChosenCategory[] {
  return parameters.categories.flatMap(({ enabled, action, ...choice }, place) => {
    if (!enabled) return [];
    const threshold = choice.severity_threshold ?? parameters.severity_threshold;
    if (choice.category_file != null) {
      const path = `categories[${place}].category_file`;
      const category = categoryFromFile(choice.category, textOf(choice.category_file, path, readFile), path);
      return [{ category, action, threshold }];
    }
    const category = builtInCategories.get(choice.category);
    if (category === undefined) {
      throw new GuardrailMistake(
        `categories[${place}].category`,
        `is no built-in category. Built in are: ${[...builtInCategories.keys()].join(', ')}. Others need a \`category_file\`.`,
      );
    }
    return [{ category, action, threshold }];
  });
}

function createContentFilter(parameters: ContentFilterParameters, surroundings: GuardrailSurroundings): Guardrail {
  const blocked = blockedWordsOf(parameters, surroundings.readFile);
  const categories = categoriesOf(parameters, surroundings.readFile);
  if (blocked.length === 0 && parameters.categories.length === 0 && parameters.patterns.length === 0) {
    throw new GuardrailMistake('', 'has nothing to look for. Give it `blocked_words`, `patterns` or `categories`.');
  }
  const keywords = new KeywordFilter({
    blocked: blocked.map(({ keyword, action, whole_word: own }) => ({
      keyword,
      action,
      wholeWord: own ?? parameters.whole_words,
    })),
    allowed: parameters.allowed_words,
    categories,
    mask: parameters.keyword_redaction_tag,
  });
  const patterns = new PatternFilter(parameters, surroundings.clock);

  const search = (text: string): Match[] => {
    const matches = [...keywords.search(text), ...patterns.search(text)];
    if (matches.length === 0) return matches;
    const allowed = coverageOf(patterns.allowances(text));
    return matches.filter((match) => isUnsearched(match) || !allowed(match));
  };

  return {
    stream: { by: 'window', holdBackChars: Math.max(keywords.holdBackChars, patterns.holdBackChars) },
    check: (content) =>
      verdictOn(content, searchTexts(content, search), (kinds) => containsReason(content.direction, kinds)),
  };
}

/** By LiteLLM's name, and by a shorter one. */
export const contentFilterGuardrails: readonly GuardrailType<ContentFilterParameters>[] = [
  'litellm_content_filter',
  'content_filter',
].map((id) => ({ id, parameters: contentFilterParameters, create: createContentFilter }));
