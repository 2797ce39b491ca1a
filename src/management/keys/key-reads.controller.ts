/** The routes that show virtual keys. */
import { Get, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { Answers, CheckedQuery, JsonBody } from '../../http/json-body.js';
import * as answers from './key-answers.dto.js';
import { keysInfoSchema, type KeysInfoBody } from './key-bodies.dto.js';
import { KeyLister } from './key-lister.service.js';
import {
  keyAliasesQuerySchema,
  keyInfoQuerySchema,
  keyListQuerySchema,
  keySpendQuerySchema,
  type KeyAliasesQuery,
  type KeyInfoQuery,
  type KeyListQuery,
  type KeySpendQuery,
} from './key-queries.dto.js';
import { KeyReader } from './key-reader.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController()
export class KeyReadsController {
  constructor(
    private readonly reader: KeyReader,
    private readonly lister: KeyLister,
  ) {}

  @Get('key/info')
  @Audience('own_info')
  @Answers(answers.keyInfoAnswer)
  info(@Req() request: FastifyRequest, @CheckedQuery(keyInfoQuerySchema) query: KeyInfoQuery): Promise<object> {
    return this.reader.info(query.key, principalOf(request));
  }

  @Post('v2/key/info')
  @HttpCode(200)
  @Audience('scoped_read')
  @Answers(answers.keysInfoAnswer)
  infos(@Req() request: FastifyRequest, @JsonBody(keysInfoSchema) body: KeysInfoBody): Promise<object> {
    return this.reader.infos(body, principalOf(request));
  }

  @Get('key/list')
  @Audience('scoped_read')
  @Answers(answers.keyListAnswer)
  list(@Req() request: FastifyRequest, @CheckedQuery(keyListQuerySchema) query: KeyListQuery): Promise<object> {
    return this.lister.list(query, principalOf(request));
  }

  @Get('key/aliases')
  @Audience('scoped_read')
  @Answers(answers.keyAliasesAnswer)
  aliases(
    @Req() request: FastifyRequest,
    @CheckedQuery(keyAliasesQuerySchema) query: KeyAliasesQuery,
  ): Promise<object> {
    return this.lister.aliases(query, principalOf(request));
  }

  @Post('key/health')
  @HttpCode(200)
  @Audience('own_info')
  @Answers(answers.keyHealthAnswer)
  health(@Req() request: FastifyRequest): Promise<object> {
    return this.reader.health(principalOf(request));
  }

  @Get('key/spend/report')
  @Audience('own_info')
  @Answers(answers.keySpendAnswer)
  spendReport(
    @Req() request: FastifyRequest,
    @CheckedQuery(keySpendQuerySchema) query: KeySpendQuery,
  ): Promise<readonly object[]> {
    return this.reader.spendReport(query, principalOf(request));
  }
}
