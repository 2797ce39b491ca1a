/** Opens a request: what was asked, for which customer, and where it may go. Nothing has been promised or paid for yet. */
import { Injectable } from '@nestjs/common';
import { CustomerDirectory } from '../auth/customers/customer-directory.service.js';
import type { CustomerRecord } from '../auth/customers/customer.repository.js';
import { CatalogService } from '../catalog/catalog.service.js';
import type { Asked, LlmRequest } from './llm-request.js';
import type { ReadOperation } from './operation.js';
import { operationWith } from './request-overrides.js';
import { checkRequestRules, withEndUser } from './request-rules.js';
import { RequestGuardrails } from './request-guardrails.service.js';
import { RequestRoute } from './request-route.js';

export interface OpenedRequest {
  readonly asked: Asked;
  readonly route: RequestRoute;
}

@Injectable()
export class RequestOpening {
  constructor(
    private readonly catalog: CatalogService,
    private readonly customers: CustomerDirectory,
    readonly guardrails: RequestGuardrails,
  ) {}

  /**
   * At once where its customer is known, as nearly always.
   *
   * @throws GatewayError for what cannot be read, and for a model or a customer that may not be served
   */
  open(requestId: string, request: LlmRequest, read: ReadOperation): OpenedRequest | Promise<OpenedRequest> {
    const { bytes, principal, clientAddress } = request;
    const catalog = this.catalog.current().ofTeam(principal.teamId);
    const headers = withEndUser(request.headers, catalog.requestRules, principal);
    const operation = read(bytes, headers);
    checkRequestRules(operation, principal, catalog.requestRules);
    const guardrails = operation.unbilled ? undefined : this.guardrails.plan(operation, principal, catalog);
    const opened = (customer: CustomerRecord | undefined): OpenedRequest => {
      const known = { requestId, principal, clientAddress, operation, catalog };
      const asked: Asked = { ...known, ...(guardrails && { guardrails }), ...(customer && { customer }) };
      return { asked, route: new RequestRoute(asked, request.route, operationWith({ bytes, headers }, read)) };
    };
    const { endUser } = operation.settings;
    const customer = endUser === undefined ? undefined : this.customers.admit(endUser);
    return customer instanceof Promise ? customer.then(opened) : opened(customer);
  }
}
