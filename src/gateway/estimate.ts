/** What a request may come to, before anybody is asked: by the dearest of the deployments that may serve it. */
import { estimateNanos } from '../core/pricing/cost.js';
import type { Deployment } from '../core/spec/index.js';
import { estimateTokens } from '../core/tokens/estimate-tokens.js';
import type { AdmissionRequest } from '../limits/admission.js';
import { costsOf } from '../core/pricing/deployment-costs.js';
import type { Operation } from './operation.js';

/** @param defaultOutputTokens assumed where the request sets no limit */
export function estimateFor(
  { bodyBytes, output }: Pick<Operation, 'bodyBytes' | 'output'>,
  candidates: readonly Deployment[],
  defaultOutputTokens: number,
): AdmissionRequest['estimate'] {
  const { answers, maxTokens } = output;
  const isGuess = !output.none && maxTokens == null;
  let [nanos, leastNanos] = [0n, 0n];
  let mostOutput = 0;
  for (const deployment of candidates) {
    const { prices, maxOutputTokens } = costsOf(deployment);
    const size = {
      bodyBytes,
      answers,
      maxTokens: output.none ? 0 : maxTokens,
      modelMaxTokens: maxOutputTokens,
      defaultOutputTokens,
    };
    mostOutput = Math.max(mostOutput, Math.min(size.maxTokens ?? defaultOutputTokens, maxOutputTokens ?? Infinity));
    if (!prices) continue;
    const whole = estimateNanos(size, prices);
    if (whole > nanos) nanos = whole;
    if (!isGuess) continue;
    const input = estimateNanos({ ...size, maxTokens: 0 }, prices);
    if (input > leastNanos) leastNanos = input;
  }
  const outputTokens = mostOutput * Math.max(1, Math.trunc(answers ?? 1) || 1);
  const tokens = estimateTokens(bodyBytes) + outputTokens;
  return { nanos, leastNanos: isGuess ? leastNanos : nanos, tokens, guessedTokens: isGuess ? outputTokens : 0 };
}
