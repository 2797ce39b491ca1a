/** The money side of a request: room in every budget before it is routed, its line in the journal, and what it came to. */
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Deployment } from '../core/spec/index.js';
import type { AdmissionRequest, Grant } from '../limits/admission.js';
import { AdmissionService } from '../limits/admission.service.js';
import { SpendService } from '../spend/spend.service.js';
import type { SpendIntent, SpendOutcome, SpendTicket } from '../spend/spend-intent.js';
import { estimateFor } from './estimate.js';
import type { LlmExchange } from './llm-exchange.js';
import type { Asked } from './llm-request.js';
import { intentOf, outcomeOf, tagsOf } from './settlement.js';

@Injectable()
export class RequestAccounts {
  constructor(
    private readonly spend: SpendService,
    private readonly admission: AdmissionService,
  ) {}

  newRequestId(): string {
    return this.spend.newRequestId();
  }

  /** Where what was asked and answered is kept, where it is to be kept. */
  get payloads(): SpendService['payloads'] {
    return this.spend.payloads;
  }

  /**
   * Lets the request past every limit. A promise only where something has to be asked first.
   *
   * @throws GatewayError for a request over a limit
   */
  admit(exchange: LlmExchange): void | Promise<void> {
    const { asked, route } = exchange;
    if (asked.operation.unbilled) return;
    const request = admissionOf(asked, route.model, route.candidates);
    try {
      const grant = this.admission.admit(request);
      if (!(grant instanceof Promise)) return void (exchange.grant = grant);
      return this.keep(exchange, grant).catch((error: unknown) => this.standIn(exchange, request, error));
    } catch (error) {
      return this.standIn(exchange, request, error);
    }
  }

  /**
   * Room for one attempt in the budgets of its deployment and provider.
   *
   * @throws GatewayError `deployments_over_budget`, so that another one is asked
   */
  async admitAttempt(exchange: LlmExchange, deployment: Deployment): Promise<Grant> {
    const { asked, route, attempts, attemptGrants } = exchange;
    const { requestId, operation } = asked;
    const admitted = this.admission.admitAttempt({
      requestId,
      model: route.model,
      deploymentId: deployment.id,
      provider: deployment.provider.id,
      budget: deployment.budget,
      estimate: estimateFor(operation, [deployment], asked.catalog.defaultReserveOutputTokens),
    });
    const grant = admitted instanceof Promise ? await admitted : admitted;
    // An attempt that could not even be started has left its room behind.
    attemptGrants[attempts.length]?.settle(nothing);
    attemptGrants[attempts.length] = grant;
    return grant;
  }

  /** How an attempt failed, where that says something of limits. */
  noteFailure({ route }: LlmExchange, error: GatewayError): void {
    if (error.code === 'upstream_rate_limited') this.admission.noteUpstreamLimit(route.model);
  }

  /** Opens the account with the first attempt: its intent is on record before any provider hears of the request. */
  async begin(exchange: LlmExchange, deployment: Deployment): Promise<void> {
    if (exchange.asked.operation.unbilled) return;
    exchange.ticket ??= await this.spend.begin(intentOf(exchange, deployment));
  }

  /** For an answer that is kept already: nothing can be billed for it, whatever happens. */
  async beginKept(exchange: LlmExchange): Promise<void> {
    const { leases: _none, ...intent } = intentOf(exchange, undefined);
    exchange.ticket ??= await this.spend.begin({ ...intent, reservationNanos: 0n });
  }

  /** Closes the account. Requests that reached no provider have none, but for what a guardrail has refused; what was reserved for them is free again. */
  async settle(exchange: LlmExchange, nowMs: number, error: GatewayError | undefined): Promise<void> {
    if (isRefusedByGuardrail(exchange, error)) exchange.ticket = await this.spend.begin(intentOf(exchange, undefined));
    const { ticket } = exchange;
    if (!ticket) return this.release(exchange);
    const outcome = outcomeOf(exchange, nowMs, error);
    await ticket.settle(outcome);
    settleGrants(exchange, outcome);
  }

  /** Whatever is still reserved goes: the last thing that happens to a request. */
  release({ grant, attemptGrants }: LlmExchange): void {
    grant?.settle(nothing);
    for (const each of attemptGrants) each.settle(nothing);
  }

  /** For a call that the gateway makes itself: on the budgets of the account that it is charged to. */
  async beginOwn(asked: Asked, deployment: Deployment, intent: SpendIntent): Promise<OwnAccount> {
    const grant = await this.admission.admit(admissionOf(asked, deployment.modelGroup, [deployment]));
    try {
      const { reservation } = grant;
      const reserved = reservation && { reservationNanos: reservation.nanos, leases: reservation.leases };
      const ticket = await this.spend.begin({ ...intent, ...reserved });
      return new OwnAccount(ticket, grant);
    } catch (error) {
      grant.settle(nothing);
      throw error;
    }
  }

  private async keep(exchange: LlmExchange, grant: Promise<Grant>): Promise<void> {
    exchange.grant = await grant;
  }

  /** A model over its own budget may have others that are asked in its place. */
  private async standIn(exchange: LlmExchange, request: AdmissionRequest, error: unknown): Promise<void> {
    if (!(error instanceof GatewayError) || error.code !== 'budget_exceeded') throw error;
    const { asked, route } = exchange;
    for (const model of this.admission.budgetFallbacks(request)) {
      if (!route.standsIn(model)) continue;
      try {
        exchange.grant = await this.admission.admit(admissionOf(asked, model, route.candidates));
        return;
      } catch (other) {
        if (!(other instanceof GatewayError) || other.code !== 'budget_exceeded') throw other;
      }
    }
    throw error;
  }
}

/** The account of one call by the gateway itself. */
export class OwnAccount {
  constructor(
    private readonly ticket: SpendTicket,
    private readonly grant: Grant,
  ) {}

  async settle(outcome: SpendOutcome): Promise<void> {
    await this.ticket.settle(outcome);
    this.grant.settle(costOf(outcome));
  }
}

/** Before any provider was asked: such a request has a row of its own, which costs nothing. */
function isRefusedByGuardrail({ ticket, asked }: LlmExchange, error: GatewayError | undefined): boolean {
  if (ticket || asked.operation.unbilled) return false;
  return error?.code === 'guardrail_blocked' || error?.code === 'guardrail_unavailable';
}

const nothing = { nanos: 0n, promptTokens: 0, completionTokens: 0 };

function admissionOf(asked: Asked, model: string, candidates: readonly Deployment[]): AdmissionRequest {
  const { requestId, principal, operation, catalog } = asked;
  const { endUser, tags } = operation.settings;
  return {
    requestId,
    caller: principal,
    model,
    endUser,
    tags: tagsOf(tags, principal.tags) ?? [],
    estimate: estimateFor(operation, candidates, catalog.defaultReserveOutputTokens),
  };
}

function settleGrants({ grant, attemptGrants, attempts }: LlmExchange, outcome: SpendOutcome): void {
  grant?.settle(costOf(outcome));
  attempts.forEach(({ costNanos }, index) => {
    const isLast = index === attempts.length - 1;
    attemptGrants[index]?.settle({
      ...nothing,
      nanos: costNanos,
      isUncounted: isLast && outcome.uncounted !== undefined,
    });
  });
}

function costOf({ spendNanos, usage, uncounted, cacheHit }: SpendOutcome): Parameters<Grant['settle']>[0] {
  // No model was asked for the tokens of a kept answer.
  if (cacheHit) return nothing;
  return {
    nanos: spendNanos,
    isUncounted: uncounted !== undefined,
    promptTokens: usage?.promptTokens ?? 0,
    completionTokens: usage?.completionTokens ?? 0,
  };
}
