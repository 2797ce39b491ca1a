/**
 * Has Microsoft Presidio find personal data: its analyzer finds, its anonymizer masks.
 *
 * https://microsoft.github.io/presidio/api-docs/api-docs.html
 */
import { z } from 'zod';
import type {
  GuardedContent,
  Guardrail,
  GuardrailContext,
  GuardrailType,
  StreamReading,
  Verdict,
} from '../../guardrail.js';
import { pass } from '../../guardrail.js';
import { askAll } from '../ask-all.js';
import { piecesOf, type PieceLimits } from '../pieces.js';
import { askService, type Asker } from '../service.js';
import { unavailable } from '../unavailable.js';
import { countFindings } from '../verdicts.js';
import { analyzerAnswer, thatCount, toDetections, type Detection } from './detections.js';
import { Placeholders } from '../../placeholders.js';
import { checkEntities, presidioParameters, type PresidioParameters } from './presidio-parameters.js';

const id = 'presidio';
/** spaCy, which it reads with, takes 1,000,000 characters (https://spacy.io/api/language#attributes); its answers stay small with fewer. */
const limits: PieceLimits = { mostChars: 100_000, overlapChars: 256 };

// https://microsoft.github.io/presidio/api-docs/api-docs.html#tag/Anonymizer/paths/~1anonymize/post
const anonymizerAnswer = z.object({ text: z.string() });

interface Found {
  readonly text: string;
  readonly detections: readonly Detection[];
}

class Presidio implements Guardrail {
  readonly stream: StreamReading = { by: 'segment', chars: 1_000 };

  constructor(
    private readonly parameters: PresidioParameters,
    private readonly asker: Asker,
  ) {}

  async check(content: GuardedContent, context: GuardrailContext): Promise<Verdict> {
    const { presidio_filter_scope: scope, pii_entities_config: actions = {} } = this.parameters;
    if (scope === (content.direction === 'request' ? 'output' : 'input')) return pass;
    const found = await askAll(content.texts, ({ text }) => this.analyze(text, context));
    const all = found.flatMap(({ detections }) => detections);
    if (all.length === 0) return pass;
    const blocked = all.filter(({ entity }) => actions[entity] === 'BLOCK');
    if (blocked.length > 0) {
      const findings = countFindings(blocked.map(({ entity }) => entity));
      const names = findings.map(({ kind }) => kind).join(', ');
      return { action: 'block', findings, reason: `it holds personal data that is not allowed here: ${names}.` };
    }
    return this.mask(content, found, context);
  }

  private async analyze(text: string, context: GuardrailContext): Promise<Found> {
    if (text.trim() === '') return { text, detections: [] };
    const pieces = await askAll(piecesOf(text, limits), async (piece) =>
      (await this.analyzePiece(piece.text, context)).map((each) => ({
        ...each,
        start: each.start + piece.at,
        end: each.end + piece.at,
      })),
    );
    return { text, detections: thatCount(text, pieces.flat(), this.parameters) };
  }

  private async analyzePiece(text: string, context: GuardrailContext): Promise<readonly Detection[]> {
    const { parameters, asker } = this;
    const { pii_entities_config: entities, presidio_ad_hoc_recognizers: recognizers } = parameters;
    const body = JSON.stringify({
      text,
      language: parameters.presidio_language,
      ...(entities && { entities: Object.keys(entities) }),
      ...(recognizers && { ad_hoc_recognizers: recognizers }),
    });
    const request = { url: `${parameters.presidio_analyzer_api_base}/analyze`, headers: {}, body };
    const detections = toDetections(text, await askService(asker, request, analyzerAnswer, context));
    if (detections) return detections;
    throw unavailable(id, 'its analyzer names places that the text does not have');
  }

  private async mask(content: GuardedContent, found: readonly Found[], context: GuardrailContext): Promise<Verdict> {
    const findings = countFindings(found.flatMap(({ detections }) => detections.map(({ entity }) => entity)));
    const { output_parse_pii: isReversible, presidio_anonymizer_api_base: anonymizer } = this.parameters;
    if (isReversible && content.direction === 'request') {
      const placeholders = new Placeholders(found.map(({ text }) => text));
      const texts = found.map((each) =>
        replaced(each, (entity, original) => placeholders.placeholderOf(entity, original)),
      );
      return { action: 'mask', texts, findings, originals: placeholders.originals };
    }
    const texts =
      anonymizer === undefined
        ? found.map((each) => replaced(each, (entity) => `<${entity}>`))
        : await askAll(found, (each) => this.anonymize(anonymizer, each, context));
    return { action: 'mask', texts, findings };
  }

  private async anonymize(anonymizer: string, { text, detections }: Found, context: GuardrailContext): Promise<string> {
    if (detections.length === 0) return text;
    const pointOf = pointsOf(text);
    const results = detections.map(({ entity, start, end, score }) => ({
      entity_type: entity,
      start: pointOf(start),
      end: pointOf(end),
      score,
    }));
    const body = JSON.stringify({ text, analyzer_results: results });
    const request = { url: `${anonymizer}/anonymize`, headers: {}, body };
    const { text: masked } = await askService(this.asker, request, anonymizerAnswer, context);
    if (masked !== text) return masked;
    throw unavailable(id, 'its anonymizer has left the text as it was');
  }
}

function replaced({ text, detections }: Found, mask: (entity: string, original: string) => string): string {
  let out = '';
  let at = 0;
  for (const { entity, start, end } of detections) {
    out += text.slice(at, start) + mask(entity, text.slice(start, end));
    at = end;
  }
  return out + text.slice(at);
}

/** Places as Python counts them. */
function pointsOf(text: string): (place: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (place) => place;
  return (place) => [...text.slice(0, place)].length;
}

export const presidioGuardrail: GuardrailType<PresidioParameters> = {
  id,
  parameters: presidioParameters,
  create(parameters, surroundings) {
    checkEntities(parameters);
    return new Presidio(parameters, { id, surroundings });
  },
};
