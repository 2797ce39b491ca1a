/** What happens to a response after it was made: reading it, its input, deleting it, cancelling it. */
import { Controller, Delete, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { StoredResponseRequest } from '../../core/spec/index.js';
import { pageOf } from '../../objects/responses/input-items.js';
import type { StoredResponseWithContent } from '../../objects/responses/stored-response.js';
import { StoredResponsesService } from '../../objects/responses/stored-responses.service.js';
import { BackgroundSpendService } from './background-spend.service.js';
import { ProviderResponsesService } from './provider-responses.service.js';
import { readerOf } from './response-turns.service.js';
import { responsesPaths } from './responses.controller.js';
import { ResponsesWriter } from './responses-writer.js';
import { AnswerHeaders } from '../answer-headers.js';

type Action = StoredResponseRequest['action'];

const onePaths = responsesPaths.map((base) => `${base}/:id`);

/** Of the query, what is meant for the provider: a key in it is not. */
const queryNames: ReadonlySet<string> = new Set([
  ...['include', 'include[]', 'include_obfuscation', 'stream', 'starting_after', 'after', 'before', 'limit', 'order'],
]);

@Controller()
export class StoredResponsesController {
  constructor(
    private readonly stored: StoredResponsesService,
    private readonly providers: ProviderResponsesService,
    private readonly spend: BackgroundSpendService,
  ) {}

  @Get(onePaths)
  @Audience('llm_api')
  async read(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    const response = await this.stored.get(id, readerOf(principalOf(request)));
    if (response.keeper === 'provider') return this.askProvider('read', response, request, reply);
    if (isStreamed(request)) {
      const reason = '`stream` is served for models of OpenAI only: this response is read as a whole.';
      throw new GatewayError('invalid_request', { param: 'stream', facts: { reason } });
    }
    answer(reply, response.content?.response);
  }

  @Get(onePaths.map((one) => `${one}/input_items`))
  @Audience('llm_api')
  async listInput(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    const response = await this.stored.get(id, readerOf(principalOf(request)));
    if (response.keeper === 'provider') return this.askProvider('list_input_items', response, request, reply);
    const { after, limit, order } = Object.fromEntries(queryOf(request));
    answer(reply, pageOf(await this.stored.inputOf(response), { after, limit, order }));
  }

  @Delete(onePaths)
  @Audience('llm_api')
  async delete(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    const response = await this.stored.get(id, readerOf(principalOf(request)));
    if (response.keeper === 'provider') return this.askProvider('delete', response, request, reply);
    await this.stored.delete(response);
    answer(reply, { id: response.id, object: 'response', deleted: true });
  }

  @Post(onePaths.map((one) => `${one}/cancel`))
  @Audience('llm_api')
  async cancel(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    const response = await this.stored.get(id, readerOf(principalOf(request)));
    if (response.keeper === 'provider') return this.askProvider('cancel', response, request, reply);
    throw new GatewayError('invalid_request', { facts: { reason: 'Cannot cancel a synchronous response.' } });
  }

  private async askProvider(
    action: Action,
    response: StoredResponseWithContent,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const writer = new ResponsesWriter(reply.raw);
    const stream = action === 'read' && isStreamed(request);
    reply.hijack();
    try {
      const answered = await this.providers.ask(response, { action, query: queryOf(request), stream }, writer);
      await this.spend.settle(response, answered, principalOf(request));
      if (action === 'delete') await this.forget(response);
      if (answered.body) writer.whole(200, new AnswerHeaders(), answered.body);
      else writer.end();
    } catch (thrown) {
      writer.fail(
        thrown instanceof GatewayError ? thrown : new GatewayError('internal', { cause: thrown }),
        new AnswerHeaders(),
      );
    }
  }

  /** The provider has deleted it: that the gateway still knows whose it was harms nobody, and ends with its time. */
  private async forget(response: StoredResponseWithContent): Promise<void> {
    try {
      await this.stored.delete(response);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
    }
  }
}

function queryOf({ query }: FastifyRequest): [name: string, value: string][] {
  return Object.entries(query as Readonly<Record<string, unknown>>)
    .filter(([name]) => queryNames.has(name))
    .flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, String(one)]));
}

function isStreamed({ query }: FastifyRequest): boolean {
  return (query as { readonly stream?: unknown }).stream === 'true';
}

function answer(reply: FastifyReply, body: unknown): void {
  void reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body));
}
