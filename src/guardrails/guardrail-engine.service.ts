/** The guardrails as the rest of the gateway sees them: which apply to a request, and one run of them for each request. */
import { Inject, Injectable } from '@nestjs/common';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { CLOCK, RANDOM } from '../config/ports.js';
import type { Clock, Random } from '../core/spec/clock.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { planGuardrails, type GuardPlan, type PlanFacts } from './guard-plan.js';
import { GuardRun, type GuardrailObserver, type RequestFacts } from './guard-run.js';
import { GuardrailLog } from './guardrail-observer.js';
import type { GuardrailMode } from './guardrail.js';
import { GuardrailSources, type ActiveGuardrail } from './guardrail-source.js';

@Injectable()
export class GuardrailEngine {
  constructor(
    private readonly sources: GuardrailSources,
    @Inject(GuardrailLog) private readonly observer: GuardrailObserver,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
  ) {}

  /**
   * Undefined where none applies, as nearly always: then a request pays nothing for what it does not have.
   *
   * @throws GatewayError `unknown_guardrail` or `guardrail_unavailable`
   */
  plan(catalog: CatalogSnapshot, facts: PlanFacts): GuardPlan | undefined {
    const all = this.sources.all(catalog);
    const nobodyAsks = facts.asked === undefined && facts.ofCaller.length === 0;
    return all.length === 0 && nobodyAsks ? undefined : planGuardrails(all, facts, this.random);
  }

  open(plan: GuardPlan, facts: RequestFacts): GuardRun {
    const { clock, observer } = this;
    return new GuardRun({ plan, facts, clock, observer });
  }

  /**
   * One guardrail alone, whatever its own modes are: for those who try it.
   *
   * @throws GatewayError `unknown_guardrail`
   */
  openOnly(
    catalog: CatalogSnapshot,
    name: string,
    mode: GuardrailMode,
    facts: RequestFacts,
    extraBody: Readonly<Record<string, unknown>>,
  ): GuardRun {
    const found = this.sources.all(catalog).find((each) => each.name === name);
    if (!found) throw new GatewayError('unknown_guardrail', { param: 'guardrail_name', facts: { guardrail: name } });
    return this.openWith(found, mode, facts, extraBody);
  }

  /** A guardrail that need not be configured. */
  openWith(
    guardrail: ActiveGuardrail,
    mode: GuardrailMode,
    facts: RequestFacts,
    extraBody: Readonly<Record<string, unknown>>,
  ): GuardRun {
    const none: GuardPlan = { pre_call: [], during_call: [], post_call: [], logging_only: [] };
    return this.open({ ...none, [mode]: [{ ...guardrail, extraBody }] }, facts);
  }
}
