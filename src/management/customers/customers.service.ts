/** Makes, changes, blocks, shows and deletes customers: the end users of the applications that call the gateway. */
import { Inject, Injectable } from '@nestjs/common';
import type { CustomerSettingsColumn } from '../../auth/customers/customer.repository.js';
import { CLOCK } from '../../config/ports.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { nanosFromUsd } from '../../core/pricing/money.js';
import type { Clock } from '../../core/spec/clock.js';
import { customerTopic, limitsTopic } from '../../database/change-topics.js';
import type { Customer, TransactionClient } from '../../database/database-client.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { ownerOf, type Owner } from '../../limits/definitions/owner.js';
import { increaseEnd } from '../limit-fields/increase-end.js';
import { isEmptyPatch, limitPatchOf } from '../limit-fields/limit-fields.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites, type ManagementWrite } from '../writes/management-writes.service.js';
import { customerView, type CustomerAnswer, type NewCustomerBody, type UpdateCustomerBody } from './customer.dto.js';
import { CustomerRules } from './customer-rules.service.js';
import { CustomersRepository, type CustomerFields } from './customers.repository.js';

const owner = (id: string): Owner => ownerOf('customer', id);

@Injectable()
export class CustomersService {
  constructor(
    private readonly customers: CustomersRepository,
    private readonly limits: LimitDefinitions,
    private readonly writes: ManagementWrites,
    private readonly rules: CustomerRules,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async create(body: NewCustomerBody, actor: Actor): Promise<CustomerAnswer> {
    const { user_id: id } = body;
    this.rules.check(body);
    try {
      return await this.writes.run(actor, async (write) => {
        const row = await this.customers.create(write.tx, id, fieldsOf(body, null), actor.name);
        await this.#limit(write, id, body);
        const after = await this.#view(write.tx, row);
        write.audit({ action: 'customer.create', objectKind: 'customer', objectId: id, after });
        return after;
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const reason = `Customer already exists, passed user_id=${id}. Please pass a new user_id.`;
      throw new GatewayError('conflict', { param: 'user_id', facts: { reason }, cause: error });
    }
  }

  update(body: UpdateCustomerBody, actor: Actor): Promise<CustomerAnswer> {
    const { user_id: id } = body;
    this.rules.check(body);
    return this.writes.run(actor, async (write) => {
      const { tx, audit } = write;
      const row = await this.customers.find(id, tx);
      if (!row) throw missing('user_id', [id]);
      const before = await this.#view(tx, row);
      const updated = await this.customers.update(tx, id, fieldsOf(body, row), actor.name);
      await this.#limit(write, id, body);
      const after = await this.#view(tx, updated);
      audit({ action: 'customer.update', objectKind: 'customer', objectId: id, before, after });
      return after;
    });
  }

  /** One that nobody has declared becomes so by it. */
  block(ids: readonly string[], actor: Actor): Promise<readonly CustomerAnswer[]> {
    return this.writes.run(actor, async ({ tx, audit, changed }) => {
      const known = new Map((await this.customers.findMany(tx, ids)).map((row) => [row.id, row]));
      const answers: CustomerAnswer[] = [];
      for (const id of new Set(ids)) {
        const row = known.get(id);
        const blocked = row
          ? await this.customers.update(tx, id, { blocked: true }, actor.name)
          : await this.customers.create(tx, id, { blocked: true }, actor.name);
        audit({
          action: 'customer.block',
          objectKind: 'customer',
          objectId: id,
          ...(row && { before: { blocked: row.blocked } }),
          after: { blocked: true },
        });
        changed(customerTopic, id);
        answers.push(await this.#view(tx, blocked));
      }
      return answers;
    });
  }

  unblock(ids: readonly string[], actor: Actor): Promise<void> {
    this.rules.refuseBlockedByFile(ids);
    return this.writes.run(actor, async ({ tx, audit, changed }) => {
      for (const row of await this.#getAll(tx, ids)) {
        await this.customers.update(tx, row.id, { blocked: false }, actor.name);
        audit({
          action: 'customer.unblock',
          objectKind: 'customer',
          objectId: row.id,
          before: { blocked: row.blocked },
          after: { blocked: false },
        });
        changed(customerTopic, row.id);
      }
    });
  }

  /** All of them or none. */
  delete(ids: readonly string[], actor: Actor): Promise<number> {
    return this.writes.run(actor, async ({ tx, audit, changed }) => {
      const rows = await this.#getAll(tx, ids);
      for (const row of rows) {
        const before = await this.#view(tx, row);
        audit({ action: 'customer.delete', objectKind: 'customer', objectId: row.id, before });
        changed(customerTopic, row.id);
        changed(limitsTopic, owner(row.id));
      }
      await this.customers.delete(tx, ids);
      await this.limits.remove(tx, ids.map(owner));
      return rows.length;
    });
  }

  async #getAll(tx: TransactionClient, ids: readonly string[]): Promise<Customer[]> {
    const rows = await this.customers.findMany(tx, ids);
    const found = new Set(rows.map(({ id }) => id));
    const unknown = ids.filter((id) => !found.has(id));
    if (unknown.length > 0) throw missing('user_ids', unknown);
    return rows;
  }

  async #limit({ tx, changed }: ManagementWrite, id: string, body: UpdateCustomerBody): Promise<void> {
    const patch = limitPatchOf(body, (expiry) => increaseEnd(expiry, new Date(this.clock.now())));
    if (!isEmptyPatch(patch)) await this.limits.write(tx, owner(id), patch);
    if (typeof body.spend === 'number') await this.limits.resetSpend(tx, owner(id), nanosFromUsd(body.spend));
    changed(customerTopic, id);
    changed(limitsTopic, owner(id));
  }

  async #view(tx: TransactionClient, row: Customer): Promise<CustomerAnswer> {
    return customerView(row, (await this.limits.read(tx, [owner(row.id)])).get(owner(row.id)));
  }
}

/** What is absent is not touched; null takes a value away. */
function fieldsOf(body: NewCustomerBody, row: Customer | null): CustomerFields {
  const { alias, default_model: defaultModel, metadata, blocked } = body;
  const settings = settingsOf(body, (row?.settings ?? {}) as CustomerSettingsColumn);
  return {
    ...(alias !== undefined && { alias }),
    ...(typeof blocked === 'boolean' && { blocked }),
    ...(defaultModel !== undefined && { defaultModel }),
    ...(metadata !== undefined && { metadata: metadata ?? {} }),
    settings,
  };
}

function settingsOf(body: NewCustomerBody, stored: CustomerSettingsColumn): CustomerSettingsColumn {
  const region = body.allowed_model_region === undefined ? stored.allowed_model_region : body.allowed_model_region;
  const models = body.models === undefined ? stored.models : body.models;
  return { ...(region != null && { allowed_model_region: region }), ...(models != null && { models }) };
}

function missing(param: string, ids: readonly string[]): GatewayError {
  const reason = `End User Id(s)=${ids.slice(0, 10).join(', ')} do not exist in db. Nothing was changed.`;
  return new GatewayError('object_not_found', { param, facts: { reason } });
}
