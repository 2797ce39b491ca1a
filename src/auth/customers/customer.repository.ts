/** Reads what a request must know of the customer whom it is made for. */
import { Injectable } from '@nestjs/common';
import { DatabaseService } from '../../database/database.service.js';

export interface CustomerRecord {
  readonly id: string;
  readonly blocked: boolean;
  /** The names and patterns of the models that it may use; empty for all. */
  readonly models: readonly string[];
  /** Only deployments there may serve it. */
  readonly region: string | undefined;
  /** Asked instead of a model that has no deployment in the region. */
  readonly defaultModel: string | undefined;
}

/** Members of a customer's `settings`, by LiteLLM's names. */
export interface CustomerSettingsColumn {
  readonly allowed_model_region?: string;
  readonly models?: readonly string[];
}

/** A known customer is served without the database; for the others nobody is to wait for long. */
const longestLookUpMs = 2_000;

@Injectable()
export class CustomerRepository {
  constructor(private readonly database: DatabaseService) {}

  /** @throws GatewayError `database_unavailable` */
  async find(id: string): Promise<CustomerRecord | null> {
    const row = await this.database.run((client) => client.customer.findUnique({ where: { id } }), longestLookUpMs);
    if (!row) return null;
    const settings = (row.settings ?? {}) as CustomerSettingsColumn;
    return {
      id,
      blocked: row.blocked,
      models: settings.models ?? [],
      region: settings.allowed_model_region,
      defaultModel: row.defaultModel ?? undefined,
    };
  }

  /** Whether there is any customer at all. */
  async hasAny(): Promise<boolean> {
    const first = await this.database.run(
      (client) => client.customer.findFirst({ select: { id: true } }),
      longestLookUpMs,
    );
    return first !== null;
  }
}
