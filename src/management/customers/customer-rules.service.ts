/** What is asked of a customer's fields beyond their form. */
import { Injectable } from '@nestjs/common';
import { CatalogService } from '../../catalog/catalog.service.js';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { NewCustomerBody } from './customer.dto.js';

@Injectable()
export class CustomerRules {
  constructor(
    private readonly catalog: CatalogService,
    private readonly settings: SettingsService,
  ) {}

  check({ max_budget: max, budget_id: budgetId, default_model: model }: NewCustomerBody): void {
    if (typeof max === 'number' && typeof budgetId === 'string')
      throw invalid('max_budget', "Set either 'max_budget' or 'budget_id', not both.");
    if (typeof model === 'string' && this.catalog.current().find(model) === null)
      throw invalid('default_model', `There is no model '${model}'. Name one that /v1/models lists.`);
  }

  refuseBlockedByFile(ids: readonly string[]): void {
    const id = ids.find((one) => this.settings.current().identity.customers.blocked.has(one));
    if (id === undefined) return;
    const reason = `The customer ${id} is blocked by \`litellm_settings.blocked_user_list\`. Take it out of the file. Nobody was unblocked.`;
    throw new GatewayError('conflict', { param: 'user_ids', facts: { reason } });
  }
}

function invalid(param: string, reason: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason } });
}
