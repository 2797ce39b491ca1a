/** Has guardrails look at a request before, or while, a model does. */
import { GatewayError } from '../core/errors/gateway-error.js';
import { checkTexts } from './check-texts.js';
import type { GuardRun } from './guard-run.js';
import type { GuardrailMode } from './guardrail.js';
import { take } from './steps.js';
import { findRepeatedMember } from './surfaces/json-splice.js';
import { putTexts } from './surfaces/put-texts.js';
import { readGuardedRequest } from './surfaces/surface-of.js';
import type { JsonObject, Reading, Surface } from './surfaces/surface.js';

export interface GuardedRequest {
  /** The request as it goes on; undefined where nothing was changed. */
  readonly changed?: string;
  /** The model group that it goes to instead. */
  readonly route?: string;
}

/**
 * @param source the JSON of a request that was read already, and is valid
 * @throws GatewayError `guardrail_blocked`, `guardrail_unavailable`, or `invalid_request` for what no guardrail can read
 */
export async function guardRequest(
  run: GuardRun,
  mode: Extract<GuardrailMode, 'pre_call' | 'logging_only'>,
  surface: Surface,
  source: string,
): Promise<GuardedRequest> {
  const reading = readSource(surface, source);
  const { texts, route } = await take(checkTexts(run, mode, 'request', reading));
  const changed = putTexts(source, reading.texts, texts);
  return { ...(changed !== source && { changed }), ...(route !== undefined && { route }) };
}

/**
 * Beside the model's call: what would have to be masked or sent elsewhere is on its way already, so its answer is not served.
 *
 * @throws GatewayError as `guardRequest`
 */
export async function guardBesideCall(run: GuardRun, surface: Surface, source: string): Promise<void> {
  const reading = readSource(surface, source);
  if (reading.texts.length + reading.tools.length + reading.toolCalls.length === 0) return;
  const content = {
    direction: 'request' as const,
    texts: reading.texts,
    tools: reading.tools,
    toolCalls: reading.toolCalls,
    isComplete: true,
  };
  const looks = run.plan.during_call.map(async (planned) => {
    const verdict = await take(run.check(planned, 'during_call', content));
    if (verdict.action === 'mask' || verdict.action === 'route') throw run.tooLate(planned, verdict.action);
  });
  await Promise.all(looks);
}

function readSource(surface: Surface, source: string): Reading {
  const repeated = findRepeatedMember(source);
  if (repeated !== undefined) {
    const reason = `\`${repeated}\` stands twice in one object: which of the two counts, readers do not agree on. Send it once.`;
    throw new GatewayError('invalid_request', { param: repeated, facts: { reason } });
  }
  const reading = readGuardedRequest(surface, JSON.parse(source) as JsonObject);
  if (reading.unreadable === undefined) return reading;
  const { unreadable: param } = reading;
  const reason = `A guardrail applies to this request, and reads text only: \`${param}\` holds numbers of tokens. Send text.`;
  throw new GatewayError('invalid_request', { param, facts: { reason } });
}
