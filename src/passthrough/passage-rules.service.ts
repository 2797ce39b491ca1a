/** What is asked of a passed request before anything of it is read: a customer who may be served, and no guardrail that could not look at it. */
import { Injectable } from '@nestjs/common';
import { CustomerDirectory } from '../auth/customers/customer-directory.service.js';
import type { Principal } from '../auth/principal.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { GuardrailEngine } from '../guardrails/guardrail-engine.service.js';
import type { FoundEntry } from './entries/pass-through-entries.service.js';
import type { CallerFacts } from './passed-request.js';

export interface Passage {
  readonly principal: Principal;
  readonly caller: CallerFacts;
  readonly catalog: CatalogSnapshot;
  readonly found: FoundEntry;
}

@Injectable()
export class PassageRules {
  constructor(
    private readonly customers: CustomerDirectory,
    private readonly guardrails: GuardrailEngine,
  ) {}

  /** @throws GatewayError for a customer who is blocked, and `guardrail_unavailable` */
  async check(passage: Passage): Promise<void> {
    this.refuseUnguarded(passage);
    const { endUser } = passage.caller;
    if (endUser !== undefined) await this.customers.admit(endUser);
  }

  /** No guardrail reads native bodies: what one of them is to look at is not served without it. */
  private refuseUnguarded({ principal, caller, catalog, found }: Passage): void {
    const { guardrails: ofCaller = [], withoutDefaultGuardrails: withoutDefaults = false, tags } = principal;
    const plan = this.guardrails.plan(catalog, {
      ofCaller: [...ofCaller, ...found.entry.guardrails],
      withoutDefaults,
      asked: undefined,
      tags: [...caller.tags, ...tags],
    });
    const looking = plan && [...plan.pre_call, ...plan.during_call, ...plan.post_call][0];
    if (looking) throw new GatewayError('guardrail_unavailable', { facts: { guardrail: looking.name } });
  }
}
