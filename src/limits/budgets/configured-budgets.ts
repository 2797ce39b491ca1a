/** Budgets that the configuration sets for owners who have none of their own: the proxy, providers, tags, customers, deployments. */
import type { BudgetSettings, ConfiguredBudget } from '../../config/budget-settings.js';
import { idOf, kindOf, ownerOf, proxyOwner, type Owner } from '../definitions/owner.js';

export class ConfiguredBudgets {
  private readonly deployments = new Map<string, ConfiguredBudget>();
  private customers: ConfiguredBudget | undefined;

  constructor(private readonly settings: () => BudgetSettings) {}

  of(owner: Owner): ConfiguredBudget | undefined {
    const { proxy, providers, tags } = this.settings();
    switch (kindOf(owner)) {
      case 'proxy':
        return owner === proxyOwner ? proxy : undefined;
      case 'provider':
        return providers.get(idOf(owner));
      case 'tag':
        return tags.get(idOf(owner));
      case 'deployment':
        return this.deployments.get(owner);
      case 'customer':
        return this.customers ?? this.settings().customers;
      default:
        return undefined;
    }
  }

  hasProvider(provider: string): boolean {
    return this.settings().providers.has(provider);
  }

  /** The deployment's own budget, as the catalog has it now. */
  setDeployment(id: string, budget: ConfiguredBudget): Owner {
    const owner = ownerOf('deployment', id);
    this.deployments.set(owner, budget);
    return owner;
  }

  /** What the budget says that `max_end_user_budget_id` names. */
  setCustomers(budget: ConfiguredBudget | undefined): void {
    this.customers = budget;
  }
}
