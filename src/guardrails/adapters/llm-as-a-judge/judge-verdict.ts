/** Reads what a judge has answered: exactly what it was asked for, or nothing. */
import { z } from 'zod';
import type { Criterion } from './judge-parameters.js';

const answerShape = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

const verdictShape = z.object({
  token: z.string(),
  verdicts: z.array(z.object({ criterion_name: z.string(), score: z.number().min(0).max(100) })),
});

export interface Judgement {
  /** 0 to 100, weighted by the criteria's own weights: the judge is not asked to calculate. */
  readonly score: number;
  /** Of each criterion, by name. */
  readonly scores: ReadonlyMap<string, number>;
}

/** Null for anything that is not the verdict that was asked for. */
export function readJudgement(answer: string, criteria: readonly Criterion[], token: string): Judgement | null {
  const content = answerShape.safeParse(parsed(answer)).data?.choices[0]?.message.content;
  const verdict = verdictShape.safeParse(parsed(unfenced(content ?? ''))).data;
  if (verdict?.token !== token || verdict.verdicts.length !== criteria.length) return null;
  const scores = new Map(verdict.verdicts.map(({ criterion_name: name, score }) => [name, score]));
  let weighted = 0;
  let weights = 0;
  for (const { name, weight } of criteria) {
    const score = scores.get(name);
    if (score === undefined) return null;
    weighted += score * weight;
    weights += weight;
  }
  return { score: weighted / weights, scores };
}

/** Many models put JSON into a fence, whatever they are told. */
function unfenced(text: string): string {
  return /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text)?.[1] ?? text;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
