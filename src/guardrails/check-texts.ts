/** Has guardrails look at all texts of a body, one after the other: each sees what those before it have left. */
import type { PlannedGuardrail } from './guard-plan.js';
import { refusal, type GuardRun } from './guard-run.js';
import type { GuardedContent, GuardrailMode } from './guardrail.js';
import type { Steps } from './steps.js';
import type { Reading } from './surfaces/surface.js';

export interface CheckedTexts {
  /** In the places of the reading's texts. */
  readonly texts: readonly string[];
  /** The model group that a request goes to instead. */
  readonly route?: string;
}

/** Of what is to be looked at: neither where it stands nor in what form matters here. */
export type Readable = Pick<Reading, 'tools' | 'toolCalls'> & {
  readonly texts: readonly Pick<Reading['texts'][number], 'text' | 'role' | 'isJson'>[];
};

/**
 * What holds no text is not looked at.
 *
 * @throws GatewayError `guardrail_blocked` or `guardrail_unavailable`
 */
export function* checkTexts(
  run: GuardRun,
  mode: GuardrailMode,
  direction: GuardedContent['direction'],
  reading: Readable,
): Steps<CheckedTexts> {
  let texts: readonly string[] = reading.texts.map(({ text }) => text);
  let route: string | undefined;
  if (texts.length + reading.tools.length + reading.toolCalls.length === 0) return { texts };
  for (const planned of run.plan[mode]) {
    const verdict = yield* run.check(planned, mode, contentOf(direction, reading, texts));
    if (verdict.action === 'mask') texts = verdict.texts;
    if (verdict.action === 'route') route ??= routeOf(planned, direction, verdict.model);
  }
  return { texts, ...(route !== undefined && { route }) };
}

/** It is too late for another model once one has answered. */
export function routeOf(planned: PlannedGuardrail, direction: GuardedContent['direction'], model: string): string {
  if (direction === 'request') return model;
  throw refusal(planned, 'Its answer is one that another model is to give. Ask that one.');
}

/** What was masked in the arguments of a call is masked where the call itself is shown. */
function contentOf(
  direction: GuardedContent['direction'],
  { texts: places, tools, toolCalls }: Readable,
  texts: readonly string[],
): GuardedContent {
  const changed = new Map<string, string>();
  const now = places.map(({ text, role, isJson }, index) => {
    const changedText = texts[index] ?? text;
    if (isJson === true && changedText !== text) changed.set(text, changedText);
    return { text: changedText, role, ...(isJson === true && { isJson }) };
  });
  const calls =
    changed.size === 0
      ? toolCalls
      : toolCalls.map((call) => ({ ...call, arguments: changed.get(call.arguments) ?? call.arguments }));
  return { direction, texts: now, tools, toolCalls: calls, isComplete: true };
}
