/** OpenAI's batches, run by the provider that keeps their input. */
import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { SettingsService } from '../../config/settings.service.js';
import { readJsonBody } from '../../core/dialects/json-body.js';
import { invalidMember, isObject } from '../../core/dialects/model-request.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { readBody } from '../../http/read-body.js';
import { batchObject, type BatchObject } from '../../objects/batches/batch-object.js';
import { BatchPoller } from '../../objects/batches/batch-poller.service.js';
import { BatchesService, type NewBatchOrder } from '../../objects/batches/batches.service.js';
import { withHeaders } from './object-headers.js';
import { accessOf, checkCursor, listObject, objectPaths, ownerOf, pageIn, providerIn } from './object-request.js';

type Members = Readonly<Record<string, unknown>>;

/** As OpenAI has them. */
const pageSizes = { most: 100, usual: 20 };

/** Members that are the gateway's business, and go no further. */
const ownMembers: ReadonlySet<string> = new Set([
  'input_file_id',
  'endpoint',
  'completion_window',
  'model',
  'custom_llm_provider',
  'litellm_metadata',
]);

@Controller()
export class BatchesController {
  constructor(
    private readonly batches: BatchesService,
    private readonly poller: BatchPoller,
    private readonly settings: SettingsService,
  ) {}

  @Post(objectPaths('batches'))
  @HttpCode(200)
  @Audience('llm_api')
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: Members,
    @Param('provider') provider?: string,
  ): Promise<BatchObject> {
    const bytes = await readBody(request.raw, this.settings.general.maxRequestBytes);
    const { value, reservedMembers } = readJsonBody(bytes);
    const [reserved] = reservedMembers;
    if (reserved !== undefined)
      throw new GatewayError('clientside_credentials', { param: reserved, facts: { param: reserved } });
    const principal = principalOf(request);
    const order = toOrder(value, providerIn(provider, value, query, request.headers));
    const batch = await this.batches.create(order, ownerOf(principal), accessOf(principal));
    return batchObject(withHeaders(reply, batch));
  }

  @Get(objectPaths('batches'))
  @Audience('llm_api')
  async list(
    @Req() request: FastifyRequest,
    @Query() query: Members,
    @Param('provider') provider?: string,
  ): Promise<Members> {
    const owner = ownerOf(principalOf(request));
    const page = pageIn(query, pageSizes, providerIn(provider, {}, query, request.headers));
    await checkCursor(page.after, (id) => this.batches.get(id, owner));
    const { rows, hasMore } = await this.batches.list(owner, page);
    for (const batch of rows) this.poller.notice(batch);
    return listObject(rows.map(batchObject), hasMore);
  }

  @Get(objectPaths('batches/:id'))
  @Audience('llm_api')
  async retrieve(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<BatchObject> {
    const batch = await this.batches.retrieve(id, ownerOf(principalOf(request)));
    this.poller.notice(batch);
    return batchObject(withHeaders(reply, batch));
  }

  @Post(objectPaths('batches/:id/cancel'))
  @HttpCode(200)
  @Audience('llm_api')
  async cancel(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<BatchObject> {
    // There is nothing to say, but some clients send an empty object.
    await readBody(request.raw, this.settings.general.maxRequestBytes);
    const batch = await this.batches.cancel(id, ownerOf(principalOf(request)));
    this.poller.notice(batch);
    return batchObject(withHeaders(reply, batch));
  }
}

/** @throws GatewayError `invalid_request` that names the member at fault */
function toOrder(value: Members, provider: string | undefined): NewBatchOrder {
  const text = (name: string, wanted: string): string => {
    const given = value[name];
    if (typeof given === 'string' && given !== '') return given;
    throw invalidMember(name, wanted, given);
  };
  const { metadata } = value;
  if (metadata !== undefined && metadata !== null && !isObject(metadata))
    throw invalidMember('metadata', 'an object of texts', metadata);
  return {
    inputFileId: text('input_file_id', 'the id of a file that was uploaded with `purpose: batch`'),
    endpoint: text('endpoint', 'the path of the requests such as "/v1/chat/completions"'),
    completionWindow: text('completion_window', 'how long the batch may take such as "24h"'),
    members: Object.fromEntries(Object.entries(value).filter(([name]) => !ownMembers.has(name))),
    provider,
  };
}
