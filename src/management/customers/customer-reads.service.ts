/** Shows customers with what they may spend and have spent. */
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { DatabaseService } from '../../database/database.service.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { ownerOf } from '../../limits/definitions/owner.js';
import type { Customer } from '../../database/database-client.js';
import { customerView, type CustomerAnswer, type CustomerListQuery } from './customer.dto.js';
import { CustomersRepository } from './customers.repository.js';

@Injectable()
export class CustomerReads {
  constructor(
    private readonly customers: CustomersRepository,
    private readonly limits: LimitDefinitions,
    private readonly database: DatabaseService,
  ) {}

  async info(id: string): Promise<CustomerAnswer> {
    const row = await this.customers.find(id);
    const [view] = await this.#views(row ? [row] : []);
    if (view) return view;
    const reason = `End User Id=${id} does not exist in db`;
    throw new GatewayError('object_not_found', { param: 'end_user_id', facts: { reason } });
  }

  async list({ page, page_size: pageSize, search }: CustomerListQuery): Promise<CustomerAnswer[]> {
    return this.#views(await this.customers.page(page, pageSize, search));
  }

  async #views(rows: readonly Customer[]): Promise<CustomerAnswer[]> {
    const owners = rows.map(({ id }) => ownerOf('customer', id));
    const states = await this.database.run((client) => this.limits.read(client, owners));
    return rows.map((row) => customerView(row, states.get(ownerOf('customer', row.id))));
  }
}
