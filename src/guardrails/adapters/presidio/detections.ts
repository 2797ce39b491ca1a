/** What Presidio has found in a text, in places of JavaScript, without what does not count and what lies in something else. */
import { z } from 'zod';
import type { PresidioParameters } from './presidio-parameters.js';

// https://microsoft.github.io/presidio/api-docs/api-docs.html#tag/Analyzer/paths/~1analyze/post
export const analyzerAnswer = z.array(
  z.object({
    entity_type: z.string().min(1),
    start: z.number().int().min(0),
    end: z.number().int().min(0),
    score: z.number(),
  }),
);

export interface Detection {
  readonly entity: string;
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

/** Presidio counts characters as Python does: one above the basic plane is one for it, and two here. Null for places outside the text. */
export function toDetections(text: string, found: z.output<typeof analyzerAnswer>): readonly Detection[] | null {
  const placeOf = placesOf(text);
  const detections: Detection[] = [];
  for (const { entity_type: entity, start, end, score } of found) {
    const from = placeOf(start);
    const to = placeOf(end);
    if (from === undefined || to === undefined || from >= to) return null;
    detections.push({ entity, start: from, end: to, score });
  }
  return detections;
}

function placesOf(text: string): (point: number) => number | undefined {
  const isPlain = !/[\ud800-\udbff]/.test(text);
  if (isPlain) return (point) => (point <= text.length ? point : undefined);
  const places: number[] = [];
  let at = 0;
  for (const character of text) {
    places.push(at);
    at += character.length;
  }
  places.push(at);
  return (point) => places[point];
}

/** Those that count, in order; of two that overlap the surer one, or the longer. */
export function thatCount(
  text: string,
  detections: readonly Detection[],
  { presidio_score_thresholds: thresholds, presidio_phrase_allow_list: allowed }: PresidioParameters,
): readonly Detection[] {
  const phrases = new Set(allowed.map((phrase) => phrase.toLowerCase()));
  const counting = detections.filter(
    ({ entity, start, end, score }) =>
      score >= (thresholds[entity] ?? thresholds['ALL'] ?? 0) && !phrases.has(text.slice(start, end).toLowerCase()),
  );
  const surest = [...counting].sort(
    (one, other) =>
      other.score - one.score || other.end - other.start - (one.end - one.start) || one.start - other.start,
  );
  const kept: Detection[] = [];
  for (const each of surest) {
    if (kept.every((other) => each.end <= other.start || other.end <= each.start)) kept.push(each);
  }
  return kept.sort((one, other) => one.start - other.start);
}
