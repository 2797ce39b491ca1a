/** Finds passwords, tokens and keys by secretlint's rules and a few of its own, and masks or blocks them. */
import { lintSource } from '@secretlint/core';
import { z } from 'zod';
import type { GuardedContent, Guardrail, GuardrailType } from '../../guardrail.js';
import { pass } from '../../guardrail.js';
import { anyCase } from '../any-case.js';
import { containsReason } from '../reasons.js';
import { countBefore } from '../text/coverage.js';
import { verdictOn, withoutUnsettled, type Match, type MatchAction, type SearchedText } from '../text/match.js';
import { piecesOf, type TextPiece } from '../text/text-pieces.js';
import { longestSecret, secretlintConfig, secretPatterns } from './secret-rules.js';

const hideSecretsParameters = z.object({
  action: anyCase(['MASK', 'BLOCK']).default('MASK'),
  /** What stands for a secret. */
  redaction_tag: z.string().default('[REDACTED]'),
  /** So much of a stream is held back. Shorter is faster; of a longer secret the beginning may then get out. */
  stream_hold_back_chars: z.number().int().min(64).max(16_384).default(longestSecret),
});

type HideSecretsParameters = z.infer<typeof hideSecretsParameters>;

interface Found {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/** Between pieces: no secret goes on over it. */
const gap = '\n\n';

/** All pieces in one text, as each call of secretlint costs more than the search itself. */
class JoinedPieces {
  readonly text: string;
  private readonly starts: number[] = [];

  constructor(readonly pieces: readonly TextPiece[]) {
    let length = 0;
    for (const piece of pieces) {
      this.starts.push(length);
      length += piece.text.length + gap.length;
    }
    this.text = pieces.map(({ text }) => text).join(gap);
  }

  /** In the piece where it begins, which is none of its own where it goes on over the end. */
  placeOf({ start, end }: Found): { piece: number; start: number; end: number } {
    const piece = countBefore(this.starts, start + 1) - 1;
    const from = this.starts[piece] ?? 0;
    const length = this.pieces[piece]?.text.length ?? 0;
    return { piece, start: start - from, end: Math.min(end - from, length) };
  }
}

async function secretlintFinds(text: string): Promise<Found[]> {
  const source = { filePath: 'text', content: text, contentType: 'text' as const, ext: '.txt' };
  const { messages } = await lintSource({ source, options: { config: secretlintConfig, noPhysicFilePath: true } });
  return messages.map(({ messageId, range: [start, end] }) => ({ kind: messageId, start, end }));
}

function ownFinds(text: string): Found[] {
  const finds: Found[] = [];
  for (const { kind, pattern, group = 0, isSecret } of secretPatterns) {
    for (const match of text.matchAll(pattern)) {
      const value = match[group] ?? '';
      if (isSecret?.(value) === false) continue;
      const end = match.index + match[0].length;
      // A group is the end of its match.
      finds.push({ kind, start: end - value.length, end });
    }
  }
  return finds;
}

/** The same secret is found by more than one rule: it counts once, by the name that the more special rule gives it. */
function onceEach(finds: readonly Found[]): Found[] {
  const kept: Found[] = [];
  for (const find of [...finds].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (last === undefined || find.start >= last.end) kept.push(find);
    else if (find.end > last.end) kept[kept.length - 1] = { ...last, end: find.end };
  }
  return kept;
}

async function searchSecrets(
  content: GuardedContent,
  action: MatchAction,
  mask: string,
): Promise<SearchedText<Match>[]> {
  const piecesOfTexts = content.texts.map(piecesOf);
  const joined = new JoinedPieces(piecesOfTexts.flat());
  const matches = joined.pieces.map((): Match[] => []);
  for (const find of onceEach([...(await secretlintFinds(joined.text)), ...ownFinds(joined.text)])) {
    const { piece, start, end } = joined.placeOf(find);
    if (end > start) matches[piece]?.push({ start, end, kind: find.kind, action, mask });
  }
  let next = 0;
  return piecesOfTexts.map((pieces) =>
    pieces.map((piece) => ({ piece, matches: withoutUnsettled(matches[next++] ?? [], piece, content.isComplete) })),
  );
}

function createHideSecrets({ action, redaction_tag: mask, ...rest }: HideSecretsParameters): Guardrail {
  return {
    stream: { by: 'window', holdBackChars: rest.stream_hold_back_chars },
    async check(content) {
      if (content.texts.every(({ text }) => text === '')) return pass;
      const searched = await searchSecrets(content, action, mask);
      return verdictOn(content, searched, (kinds) => containsReason(content.direction, kinds));
    },
  };
}

export const hideSecretsGuardrail: GuardrailType<HideSecretsParameters> = {
  id: 'hide-secrets',
  parameters: hideSecretsParameters,
  create: createHideSecrets,
};
