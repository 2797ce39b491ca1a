/** One model request: as it came in, and as its endpoint has read it. */
import type { IncomingHttpHeaders } from 'node:http';
import type { CustomerRecord } from '../auth/customers/customer.repository.js';
import type { Principal } from '../auth/principal.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { GuardPlan } from '../guardrails/guard-plan.js';
import type { Operation } from './operation.js';

/** A model request as it came in, its caller known. */
export interface LlmRequest {
  /** The matched route, for error texts. */
  readonly route: string;
  readonly principal: Principal;
  readonly headers: IncomingHttpHeaders;
  readonly clientAddress: string;
  readonly bytes: Buffer;
}

export interface Asked {
  readonly requestId: string;
  readonly principal: Principal;
  readonly clientAddress: string;
  readonly operation: Operation;
  /** Whom it is made for, where somebody has declared that customer. */
  readonly customer?: CustomerRecord;
  /** Undefined where no guardrail applies. */
  readonly guardrails?: GuardPlan | undefined;
  /** What was served when the request came in; it holds for all of the request. */
  readonly catalog: CatalogSnapshot;
}
