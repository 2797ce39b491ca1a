/** The money side of a passed request: room in every limit before it is sent, its line in the journal, and what it came to. */
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK } from '../config/ports.js';
import type { GatewayError } from '../core/errors/gateway-error.js';
import { costOf, costsOf, isUnpriced } from '../core/pricing/deployment-costs.js';
import { estimateNanos } from '../core/pricing/cost.js';
import type { Clock, Usage } from '../core/spec/index.js';
import { estimateTokens } from '../core/tokens/estimate-tokens.js';
import type { AdmissionOutcome, AdmissionRequest } from '../limits/admission.js';
import { AdmissionService } from '../limits/admission.service.js';
import { SpendService } from '../spend/spend.service.js';
import type { SpendAttempt, SpendOutcome } from '../spend/spend-intent.js';
import { modelOf, type PassedFacts, type PassThroughExchange } from './pass-through-exchange.js';

/** LiteLLM's name of it. */
const callType = 'pass_through_endpoint';

const nothing: AdmissionOutcome = { nanos: 0n, promptTokens: 0, completionTokens: 0 };

interface Used {
  readonly usage: Usage | undefined;
  readonly isEstimated: boolean;
}

@Injectable()
export class PassThroughAccounts {
  constructor(
    private readonly spend: SpendService,
    private readonly admission: AdmissionService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  newRequestId(): string {
    return this.spend.newRequestId();
  }

  /**
   * Lets the request past every limit, and puts it on record before anybody hears of it.
   *
   * @throws GatewayError for a request over a limit; then nothing stays reserved once `release` is called
   */
  async open(exchange: PassThroughExchange): Promise<void> {
    const { facts } = exchange;
    const { upstream, principal } = facts;
    const estimate = estimateFor(facts);
    const model = modelOf(facts);
    const { requestId } = facts;
    exchange.grant = await this.admission.admit({
      requestId,
      caller: principal,
      model,
      endUser: facts.endUser,
      tags: allTags(facts),
      estimate,
    });
    exchange.attemptGrant = await this.admission.admitAttempt({
      requestId,
      model,
      deploymentId: upstream.deploymentId,
      provider: upstream.provider,
      budget: upstream.deployment?.budget,
      estimate,
    });
    const reserved = exchange.grant.reservation;
    exchange.ticket = await this.spend.begin({
      requestId,
      startedAtMs: facts.startedAtMs,
      callType,
      apiKeyHash: principal.keyHash,
      modelGroup: model,
      reservationNanos: reserved?.nanos ?? estimate.nanos,
      requesterIp: facts.clientAddress,
      keyAlias: principal.keyAlias,
      userId: principal.userId,
      teamId: principal.teamId,
      organizationId: principal.organizationId,
      projectId: principal.projectId,
      endUser: facts.endUser,
      sessionId: facts.sessionId,
      tags: allTags(facts),
      leases: reserved?.leases,
      metadata: { passThrough: facts.found.entry.template, method: facts.found.facts.method },
    });
  }

  /** What a long answer has cost so far. */
  checkpoint(exchange: PassThroughExchange): void {
    const { facts, ticket } = exchange;
    const { usage } = usedBy(exchange, true);
    if (!usage || !ticket) return;
    const { deploymentId, provider, apiBase } = facts.upstream;
    const attempt = { deploymentId, provider, model: modelOf(facts), apiBase };
    ticket.checkpoint({ usage, costNanos: costFor(facts, usage), attempt });
  }

  /** Closes the account. Never rejects. */
  async settle(exchange: PassThroughExchange, error: GatewayError | undefined): Promise<void> {
    const { ticket, grant, attemptGrant } = exchange;
    if (!ticket) return this.release(exchange);
    const outcome = this.outcomeOf(exchange, error);
    await ticket.settle(outcome);
    const settled: AdmissionOutcome = {
      nanos: outcome.spendNanos,
      isUncounted: outcome.uncounted !== undefined,
      promptTokens: outcome.usage?.promptTokens ?? 0,
      completionTokens: outcome.usage?.completionTokens ?? 0,
    };
    grant?.settle(settled);
    attemptGrant?.settle(settled);
    if (error?.code === 'upstream_rate_limited') this.admission.noteUpstreamLimit(modelOf(exchange.facts));
  }

  /** Whatever is still reserved goes: the last thing that happens to a request. */
  release({ grant, attemptGrant }: PassThroughExchange): void {
    grant?.settle(nothing);
    attemptGrant?.settle(nothing);
  }

  private outcomeOf(exchange: PassThroughExchange, error: GatewayError | undefined): SpendOutcome {
    const { facts, answer, attemptGrant } = exchange;
    const { upstream } = facts;
    const { usage, isEstimated } = usedBy(exchange, error !== undefined);
    // A call that failed is not one that its price is asked for.
    const isAnswered = answer.head !== undefined && answer.head.status < 400;
    const costNanos = isAnswered ? costFor(facts, usage) : 0n;
    const status = error ? 'failure' : 'success';
    const reservation = attemptGrant?.reservation;
    const text = isEstimated ? answer.sentText() : undefined;
    const attempt: SpendAttempt = {
      deploymentId: upstream.deploymentId,
      provider: upstream.provider,
      model: modelOf(facts),
      apiBase: upstream.apiBase,
      status,
      costNanos,
      errorCode: error?.code,
      usage,
      unpriced: (isAnswered && isWithoutPrice(facts, usage)) || undefined,
      ...(reservation && { leases: reservation.leases.map((lease) => ({ ...lease, nanos: reservation.nanos })) }),
    };
    return {
      status,
      endedAtMs: this.clock.now(),
      stream: answer.stream,
      attempts: [attempt],
      spendNanos: costNanos,
      usage,
      usageEstimated: isEstimated || undefined,
      uncounted:
        text === undefined || !upstream.deployment ? undefined : { text, prices: costsOf(upstream.deployment).listed },
      completionStartedAtMs:
        answer.headAt === undefined ? undefined : Math.round(facts.startedAtMs + answer.headAt - facts.startedAt),
      errorCode: error?.code,
      errorMessage: error?.message,
    };
  }
}

/** The provider's own usage where it is complete; a stream without one is charged for what it has sent. */
function usedBy({ facts, answer }: PassThroughExchange, isCutOff: boolean): Used {
  const { usage, contentEvents } = answer;
  const isComplete = usage !== undefined && (!isCutOff || contentEvents <= usage.completionTokens);
  if (isComplete || contentEvents === 0) return { usage, isEstimated: false };
  const promptTokens = usage?.promptTokens || estimateTokens(facts.bodyBytes);
  return { usage: { ...usage, promptTokens, completionTokens: contentEvents }, isEstimated: true };
}

function costFor({ upstream, reading }: PassedFacts, usage: Usage | undefined): bigint {
  const { deployment, costNanos } = upstream;
  return costNanos + (deployment && reading ? costOf(deployment, usage) : 0n);
}

function isWithoutPrice({ upstream, reading }: PassedFacts, usage: Usage | undefined): boolean {
  const { deployment } = upstream;
  if (!deployment || !reading) return false;
  return usage === undefined || isUnpriced(deployment, usage);
}

function estimateFor({ upstream, asked, reading, bodyBytes, catalog }: PassedFacts): AdmissionRequest['estimate'] {
  const { deployment, costNanos } = upstream;
  if (!deployment || !reading) return { nanos: costNanos, tokens: 0 };
  const { prices, maxOutputTokens } = costsOf(deployment);
  const defaultOutputTokens = catalog.defaultReserveOutputTokens;
  const maxTokens = reading.generates ? asked.maxTokens : 0;
  const isGuess = maxTokens === undefined;
  const size = { bodyBytes, answers: asked.answers, maxTokens, modelMaxTokens: maxOutputTokens, defaultOutputTokens };
  const output = Math.min(maxTokens ?? defaultOutputTokens, maxOutputTokens ?? Infinity) * (asked.answers ?? 1);
  const nanos = prices ? estimateNanos(size, prices) : 0n;
  const leastNanos = prices && isGuess ? estimateNanos({ ...size, maxTokens: 0 }, prices) : nanos;
  const tokens = estimateTokens(bodyBytes) + output;
  return { nanos, leastNanos, tokens, guessedTokens: isGuess ? output : 0 };
}

function allTags({ tags, principal }: PassedFacts): readonly string[] {
  return [...new Set([...tags, ...principal.tags])];
}
