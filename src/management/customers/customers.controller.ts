/** The routes of customers, also by their older name. */
import { Get, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Audience } from '../../auth/audience.decorator.js';
import { Answers, CheckedQuery, JsonBody } from '../../http/json-body.js';
import { actorOf } from '../writes/actor.js';
import { CustomerReads } from './customer-reads.service.js';
import {
  blockedAnswer,
  customerAnswer,
  customerInfoQuerySchema,
  customerListQuerySchema,
  customersSchema,
  deletedCustomersAnswer,
  newCustomerSchema,
  unblockedAnswer,
  updateCustomerSchema,
  type CustomerListQuery,
  type CustomersBody,
  type NewCustomerBody,
  type UpdateCustomerBody,
} from './customer.dto.js';
import { CustomersService } from './customers.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController(['customer', 'end_user'])
export class CustomersController {
  constructor(
    private readonly customers: CustomersService,
    private readonly reads: CustomerReads,
  ) {}

  @Post('new')
  @HttpCode(200)
  @Audience('management')
  @Answers(customerAnswer)
  create(@Req() request: FastifyRequest, @JsonBody(newCustomerSchema) body: NewCustomerBody): Promise<object> {
    return this.customers.create(body, actorOf(request));
  }

  @Post('update')
  @HttpCode(200)
  @Audience('management')
  @Answers(customerAnswer)
  update(@Req() request: FastifyRequest, @JsonBody(updateCustomerSchema) body: UpdateCustomerBody): Promise<object> {
    return this.customers.update(body, actorOf(request));
  }

  @Post('delete')
  @HttpCode(200)
  @Audience('management')
  @Answers(deletedCustomersAnswer)
  async delete(
    @Req() request: FastifyRequest,
    @JsonBody(customersSchema) { user_ids: ids }: CustomersBody,
  ): Promise<object> {
    const deleted = await this.customers.delete(ids, actorOf(request));
    return { deleted_customers: deleted, message: `Successfully deleted customers with ids: ${ids.join(', ')}` };
  }

  @Post('block')
  @HttpCode(200)
  @Audience('management')
  @Answers(blockedAnswer)
  async block(
    @Req() request: FastifyRequest,
    @JsonBody(customersSchema) { user_ids: ids }: CustomersBody,
  ): Promise<object> {
    return { blocked_users: await this.customers.block(ids, actorOf(request)) };
  }

  @Post('unblock')
  @HttpCode(200)
  @Audience('management')
  @Answers(unblockedAnswer)
  async unblock(
    @Req() request: FastifyRequest,
    @JsonBody(customersSchema) { user_ids: ids }: CustomersBody,
  ): Promise<object> {
    await this.customers.unblock(ids, actorOf(request));
    return { blocked_users: [] };
  }

  @Get('info')
  @Audience('admin_read')
  @Answers(customerAnswer)
  info(
    @CheckedQuery(customerInfoQuerySchema) { end_user_id: id }: z.output<typeof customerInfoQuerySchema>,
  ): Promise<object> {
    return this.reads.info(id);
  }

  @Get('list')
  @Audience('admin_read')
  @Answers(z.array(customerAnswer))
  list(@CheckedQuery(customerListQuerySchema) query: CustomerListQuery): Promise<readonly object[]> {
    return this.reads.list(query);
  }
}
