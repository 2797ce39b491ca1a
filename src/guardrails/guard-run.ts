/** The guardrails of one request at work: each within its time, with what it does where it cannot look, and what is told of it afterwards. */
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Clock } from '../core/spec/clock.js';
import type { GuardPlan, PlannedGuardrail } from './guard-plan.js';
import {
  pass,
  type Finding,
  type GuardedContent,
  type GuardrailContext,
  type GuardrailMode,
  type Verdict,
} from './guardrail.js';
import { waitFor, type Steps } from './steps.js';

/** What became of one guardrail in one mode, without a word of the text. */
export interface GuardResult {
  readonly name: string;
  readonly mode: GuardrailMode;
  /** `failed_open`: it could not look, and the request went on without. `failed_closed`: it could not look, and that was the end. */
  action: 'pass' | 'mask' | 'block' | 'route' | 'failed_open' | 'failed_closed';
  durationMs: number;
  /** How often it looked: at a stream more than once. */
  checks: number;
  /** Of each kind the most that were found at once. */
  findings: readonly Finding[];
}

/** Hears of each look: for logs and metrics. */
export interface GuardrailObserver {
  looked(result: Readonly<GuardResult>, requestId: string, failure: unknown): void;
}

export type RequestFacts = Omit<GuardrailContext, 'mode' | 'extraBody' | 'signal'>;

export interface GuardRunOptions {
  readonly plan: GuardPlan;
  readonly facts: RequestFacts;
  readonly clock: Clock;
  readonly observer: GuardrailObserver;
}

export class GuardRun {
  readonly results: GuardResult[] = [];
  /** What stands for what, where the answer is to have the original again. */
  readonly originals = new Map<string, string>();
  private readonly aborter = new AbortController();

  constructor(private readonly options: GuardRunOptions) {}

  get plan(): GuardPlan {
    return this.options.plan;
  }

  get requestId(): string {
    return this.options.facts.requestId;
  }

  /** The names of those that have looked, in order: one that has failed has not. */
  get applied(): readonly string[] {
    return this.names((action) => action !== 'failed_open' && action !== 'failed_closed');
  }

  /** Those that could not look. */
  get failed(): readonly string[] {
    return this.names((action) => action === 'failed_open' || action === 'failed_closed');
  }

  /** Somebody has looked at the answer. */
  get hasLookedAtAnswer(): boolean {
    return this.results.some(({ mode, checks }) => mode === 'post_call' && checks > 0);
  }

  /** Nobody waits for a verdict any more. */
  end(reason: GatewayError): void {
    this.aborter.abort(reason);
  }

  /** What it has found can no longer be taken out of a request that is with the model already. */
  tooLate(planned: PlannedGuardrail, wanted: 'mask' | 'route'): GatewayError {
    const what = wanted === 'mask' ? 'It holds what is to be taken out of it' : 'It is one for another model';
    this.resultOf(planned, 'during_call').action = 'block';
    return refusal(planned, `${what}, which only a guardrail in the mode pre_call can do.`);
  }

  /** @throws GatewayError `guardrail_blocked`, and `guardrail_unavailable` where it fails closed */
  *check(planned: PlannedGuardrail, mode: GuardrailMode, content: GuardedContent): Steps<Verdict> {
    const result = this.resultOf(planned, mode);
    // A stream does not wait for the same silence again at each of its pieces.
    if (result.action === 'failed_open') return pass;
    const { clock } = this.options;
    const startedAt = clock.monotonic();
    let verdict: Verdict;
    try {
      verdict = yield* this.look(planned, content, mode);
    } catch (failure) {
      if (this.aborter.signal.aborted && mode !== 'logging_only') throw this.aborter.signal.reason as Error;
      return this.fail(planned, result, clock.monotonic() - startedAt, failure);
    }
    if (verdict.action === 'mask' && breaksJson(content, verdict.texts)) {
      // What it has found must not pass, whatever is to become of requests that it cannot look at.
      const closed = { ...planned, failure: 'closed' as const };
      return this.fail(closed, result, clock.monotonic() - startedAt, new Error('its mask breaks the JSON of a call'));
    }
    note(result, verdict, clock.monotonic() - startedAt);
    this.tell(result, undefined);
    if (verdict.action === 'block') throw refusal(planned, verdict.reason);
    if (verdict.action === 'mask' && takesToolsAway(verdict)) throw this.toolsRefused(planned, result);
    if (verdict.action === 'mask') verdict.originals?.forEach((original, place) => this.originals.set(place, original));
    return verdict;
  }

  /** No surface takes a tool out of a request, or a call out of an answer: neither passes then. */
  private toolsRefused(planned: PlannedGuardrail, result: GuardResult): GatewayError {
    result.action = 'block';
    return refusal(planned, 'It holds a tool that is not allowed here.');
  }

  /** Its verdict is of no use; what that means the guardrail's settings say. */
  private fail(
    { name, failure: policy }: PlannedGuardrail,
    result: GuardResult,
    durationMs: number,
    failure: unknown,
  ): Verdict {
    result.action = policy === 'open' ? 'failed_open' : 'failed_closed';
    result.durationMs += durationMs;
    result.checks += 1;
    this.tell(result, failure);
    if (policy === 'open') return pass;
    throw new GatewayError('guardrail_unavailable', {
      facts: { guardrail: name },
      cause: failure,
      retryAfterMs: 1_000,
    });
  }

  /** Where only the log waits, nobody's leaving ends the wait. */
  private *look(planned: PlannedGuardrail, content: GuardedContent, mode: GuardrailMode): Steps<Verdict> {
    const { guardrail, timeoutMs, extraBody } = planned;
    const limit = new AbortController();
    const signal = mode === 'logging_only' ? limit.signal : AbortSignal.any([this.aborter.signal, limit.signal]);
    const given = guardrail.check(content, { ...this.options.facts, mode, extraBody, signal });
    const verdict = given instanceof Promise ? yield* waitFor(within(given, timeoutMs, limit, signal)) : given;
    if (verdict.action === 'mask' && verdict.texts.length !== content.texts.length)
      throw new Error(`${verdict.texts.length} texts came back for ${content.texts.length}`);
    return verdict;
  }

  private resultOf({ name }: PlannedGuardrail, mode: GuardrailMode): GuardResult {
    const known = this.results.find((result) => result.name === name && result.mode === mode);
    if (known) return known;
    const made: GuardResult = { name, mode, action: 'pass', durationMs: 0, checks: 0, findings: [] };
    this.results.push(made);
    return made;
  }

  private tell(result: GuardResult, failure: unknown): void {
    this.options.observer.looked(result, this.requestId, failure);
  }

  private names(isMeant: (action: GuardResult['action']) => boolean): readonly string[] {
    const looked = this.results.filter(({ action, checks }) => checks > 0 && isMeant(action));
    return [...new Set(looked.map(({ name }) => name))];
  }
}

function takesToolsAway({ withoutTools, withoutToolCalls }: Extract<Verdict, { action: 'mask' }>): boolean {
  return (withoutTools?.length ?? 0) + (withoutToolCalls?.places.length ?? 0) > 0;
}

/** What was no JSON before, such as the beginning of a call's arguments, need not become any. */
function breaksJson({ texts }: GuardedContent, masked: readonly string[]): boolean {
  return texts.some(
    ({ text, isJson }, at) =>
      isJson === true && masked[at] !== text && isJsonText(text) && !isJsonText(masked[at] ?? ''),
  );
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The heavier word stays: what was masked once is not told as passed. */
const weights: Readonly<Record<GuardResult['action'], number>> = {
  pass: 0,
  mask: 1,
  route: 2,
  block: 3,
  failed_open: 4,
  failed_closed: 4,
};

function note(result: GuardResult, verdict: Verdict, durationMs: number): void {
  result.durationMs += durationMs;
  result.checks += 1;
  if (weights[verdict.action] > weights[result.action]) result.action = verdict.action;
  const counts = new Map(result.findings.map(({ kind, count }) => [kind, count]));
  for (const { kind, count } of verdict.findings ?? []) counts.set(kind, Math.max(counts.get(kind) ?? 0, count));
  result.findings = [...counts].map(([kind, count]) => ({ kind, count }));
}

/** @throws an error where the time is over first, or where nobody waits any more */
function within(
  given: Promise<Verdict>,
  timeoutMs: number,
  limit: AbortController,
  signal: AbortSignal,
): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => limit.abort(new Error(`no verdict within ${timeoutMs} ms`)), timeoutMs);
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    given.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    });
  });
}

export function refusal(
  { name, messageTemplate }: Pick<PlannedGuardrail, 'name' | 'messageTemplate'>,
  reason: string,
): GatewayError {
  const usual = new GatewayError('guardrail_blocked', { facts: { guardrail: name, reason } });
  if (messageTemplate === undefined) return usual;
  const words: Readonly<Record<string, string>> = { reason, default_message: usual.message, guardrail_name: name };
  const message = messageTemplate.replace(/\{(\w+)\}/g, (place, word: string) => words[word] ?? place);
  return new GatewayError('guardrail_blocked', { message });
}
