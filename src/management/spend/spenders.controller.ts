/** The routes that tell who has spent how much, and the one that sets it to zero. */
import { Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { Answers, CheckedQuery } from '../../http/json-body.js';
import { actorOf } from '../writes/actor.js';
import { inAskedForm, type CsvRow } from './csv.js';
import { SpendScopes } from './spend-scopes.service.js';
import {
  keysAnswer,
  keysQuerySchema,
  providersAnswer,
  resetAnswer,
  usersAnswer,
  usersQuerySchema,
  type KeysQuery,
  type UsersQuery,
} from './spenders.dto.js';
import { SpendersService } from './spenders.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController()
export class SpendersController {
  constructor(
    private readonly spenders: SpendersService,
    private readonly scopes: SpendScopes,
  ) {}

  @Get('spend/keys')
  @Audience('scoped_read')
  @Answers(keysAnswer, { csv: true })
  async keys(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(keysQuerySchema) query: KeysQuery,
  ): Promise<object[] | string> {
    const keys = await this.spenders.keys(await this.scopes.of(principalOf(request)), query);
    return inAskedForm(request, reply, keys, (rows) => rows as CsvRow[]);
  }

  @Get('spend/users')
  @Audience('scoped_read')
  @Answers(usersAnswer, { csv: true })
  async users(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CheckedQuery(usersQuerySchema) query: UsersQuery,
  ): Promise<object[] | string> {
    const users = await this.spenders.users(await this.scopes.of(principalOf(request)), query.user_id, query);
    return inAskedForm(request, reply, users, (rows) => rows as CsvRow[]);
  }

  @Get('provider/budgets')
  @Audience('admin_read')
  @Answers(providersAnswer)
  providers(): Promise<object> {
    return this.spenders.providers();
  }

  @Post('global/spend/reset')
  @HttpCode(200)
  @Audience('master_key')
  @Answers(resetAnswer)
  async reset(@Req() request: FastifyRequest): Promise<object> {
    await this.spenders.reset(actorOf(request));
    return { message: 'Spend for all API Keys and Teams reset successfully', status: 'success' };
  }
}
