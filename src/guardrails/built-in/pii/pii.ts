/** Finds what identifies a person, by checksums where there are any, and masks or blocks it; the answer can have the originals again. */
import { z } from 'zod';
import type { Guardrail, GuardrailType } from '../../guardrail.js';
import { GuardrailMistake } from '../../guardrail.js';
import { anyCase } from '../any-case.js';
import { containsReason } from '../reasons.js';
import { searchTexts, verdictOn, type Match, type MatchAction } from '../text/match.js';
import { entityNames, EntityScanner } from './entity-scanner.js';
import { Placeholders } from '../../placeholders.js';

const piiParameters = z.object({
  /** What becomes of each entity, by Presidio's names. Where left out, all but URL are masked. */
  pii_entities_config: z.record(z.string(), anyCase(['MASK', 'BLOCK'])).nullish(),
  /** Whether the answer has the originals again where it repeats a placeholder. */
  output_parse_pii: z.boolean().default(false),
});

type PiiParameters = z.infer<typeof piiParameters>;

/** Links are in most prompts and identify nobody by themselves. */
const notByDefault = new Set(['URL']);

function actionsOf({ pii_entities_config: chosen }: PiiParameters): Map<string, MatchAction> {
  if (chosen == null) {
    return new Map(entityNames.filter((name) => !notByDefault.has(name)).map((name) => [name, 'MASK']));
  }
  for (const name of Object.keys(chosen)) {
    if (entityNames.includes(name)) continue;
    throw new GuardrailMistake(
      `pii_entities_config.${name}`,
      `is no entity that is known here. Known are: ${[...entityNames].sort().join(', ')}. For others use the guardrail \`presidio\`.`,
    );
  }
  return new Map(Object.entries(chosen));
}

function createPii(parameters: PiiParameters): Guardrail {
  const actions = actionsOf(parameters);
  const wanted = entityNames.filter((name) => actions.has(name));
  const withAction = (wish: MatchAction): string[] => wanted.filter((name) => actions.get(name) === wish);
  // What is blocked is looked for first: nothing that is only masked takes its place.
  const scanner = new EntityScanner([...withAction('BLOCK'), ...withAction('MASK')]);

  const search = (text: string): Match[] =>
    scanner.scan(text).map(({ start, end, entity }) => ({
      start,
      end,
      kind: entity,
      action: actions.get(entity) ?? 'MASK',
      mask: `<${entity}>`,
    }));

  return {
    stream: { by: 'window', holdBackChars: scanner.longest },
    check(content) {
      const searched = searchTexts(content, search);
      const reasonOf = (kinds: readonly string[]): string => containsReason(content.direction, kinds);
      if (!parameters.output_parse_pii || content.direction === 'answer') return verdictOn(content, searched, reasonOf);
      const placeholders = new Placeholders(content.texts.map(({ text }) => text));
      const verdict = verdictOn(content, searched, reasonOf, ({ kind }, original) =>
        placeholders.placeholderOf(kind, original),
      );
      return verdict.action === 'mask' ? { ...verdict, originals: placeholders.originals } : verdict;
    },
  };
}

export const piiGuardrail: GuardrailType<PiiParameters> = { id: 'pii', parameters: piiParameters, create: createPii };
