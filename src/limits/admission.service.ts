/** Takes a request past every limit, in order, and makes one grant of theirs. */
import { Inject, Injectable } from '@nestjs/common';
import type { AdmissionOutcome, AdmissionRequest, AttemptRequest, Gate, Grant } from './admission.js';

/** The injection token of the gates, in the order in which requests pass them. */
export const ADMISSION_GATES = Symbol('ADMISSION_GATES');

const nothing: AdmissionOutcome = { nanos: 0n, promptTokens: 0, completionTokens: 0 };

@Injectable()
export class AdmissionService {
  constructor(@Inject(ADMISSION_GATES) private readonly gates: readonly Gate[]) {}

  /**
   * At once where everything that the gates need is at hand. Whoever is let in has to settle, however the request ends.
   *
   * @throws GatewayError for a request over a limit; then nothing stays reserved
   */
  admit(request: AdmissionRequest): Grant | Promise<Grant> {
    return this.pass((gate) => gate.admit(request));
  }

  /** The same for one attempt at one deployment. */
  admitAttempt(attempt: AttemptRequest): Grant | Promise<Grant> {
    return this.pass((gate) => admitsAttempt(gate, attempt));
  }

  /** A provider has refused a request for the model by a limit of its own: limits that are `dynamic` hold now. */
  noteUpstreamLimit(model: string): void {
    for (const gate of this.gates) gate.noteUpstreamLimit?.(model);
  }

  /** The models that may be asked instead of one that is over its own budget, in order. */
  budgetFallbacks(request: AdmissionRequest): readonly string[] {
    return [...new Set(this.gates.flatMap((gate) => gate.budgetFallbacks?.(request) ?? []))];
  }

  private pass(through: (gate: Gate) => Grant | Promise<Grant>): Grant | Promise<Grant> {
    const { gates } = this;
    const grants: Grant[] = [];
    try {
      for (const [index, gate] of gates.entries()) {
        const grant = through(gate);
        if (grant instanceof Promise) return this.passRest(through, gates.slice(index + 1), grants, grant);
        grants.push(grant);
      }
    } catch (error) {
      for (const grant of grants) grant.settle(nothing);
      throw error;
    }
    return together(grants);
  }

  private async passRest(
    through: (gate: Gate) => Grant | Promise<Grant>,
    gates: readonly Gate[],
    grants: Grant[],
    next: Promise<Grant>,
  ): Promise<Grant> {
    try {
      grants.push(await next);
      for (const gate of gates) grants.push(await through(gate));
    } catch (error) {
      for (const grant of grants) grant.settle(nothing);
      throw error;
    }
    return together(grants);
  }
}

const none: Grant = { settle: () => undefined };

function admitsAttempt(gate: Gate, attempt: AttemptRequest): Grant | Promise<Grant> {
  const grant = gate.admitAttempt?.(attempt);
  return grant instanceof Promise ? grant.then((found) => found ?? none) : (grant ?? none);
}

function together(grants: readonly Grant[]): Grant {
  const [only, ...others] = grants;
  if (only && others.length === 0) return only;
  const reservation = grants.find((grant) => grant.reservation !== undefined)?.reservation;
  return {
    ...(reservation && { reservation }),
    addHeaders: (headers) => {
      for (const grant of grants) grant.addHeaders?.(headers);
    },
    settle: (outcome) => {
      for (const grant of grants) grant.settle(outcome);
    },
  };
}
