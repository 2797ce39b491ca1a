/** The routes of access groups by name, as LiteLLM had them first. */
import { Delete, Get, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Audience } from '../../auth/audience.decorator.js';
import { CatalogService } from '../../catalog/catalog.service.js';
import { Answers, CheckedQuery, JsonBody } from '../../http/json-body.js';
import { PathIdentifier } from '../wire/path-identifier.js';
import { actorOf } from '../writes/actor.js';
import {
  groupListQuerySchema,
  namedGroupAnswer,
  namedGroupDeleteAnswer,
  namedGroupInfo,
  namedGroupListAnswer,
  namedGroupSchema,
  namedGroupUpdateSchema,
  type GroupAnswer,
  type GroupListQuery,
  type NamedGroupBody,
} from './access-group.dto.js';
import { AccessGroupsService } from './access-groups.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController('access_group')
export class NamedAccessGroupsController {
  constructor(
    private readonly groups: AccessGroupsService,
    private readonly catalog: CatalogService,
  ) {}

  @Post('new')
  @HttpCode(200)
  @Audience('management')
  @Answers(namedGroupAnswer)
  async create(
    @Req() request: FastifyRequest,
    @JsonBody(namedGroupSchema) { access_group: access_group_name, model_names: access_model_names }: NamedGroupBody,
  ): Promise<object> {
    return this.#changed(await this.groups.create({ access_group_name, access_model_names }, actorOf(request)));
  }

  @Get('list')
  @Audience('admin_read')
  @Answers(namedGroupListAnswer)
  async list(@CheckedQuery(groupListQuerySchema) query: GroupListQuery): Promise<object> {
    const groups = await this.groups.list(query);
    return { access_groups: groups.map((group) => this.#info(group)) };
  }

  @Get(':access_group/info')
  @Audience('admin_read')
  @Answers(namedGroupInfo)
  async info(@Param('access_group', PathIdentifier) name: string): Promise<object> {
    return this.#info(await this.groups.get({ name }));
  }

  @Put(':access_group/update')
  @Audience('management')
  @Answers(namedGroupAnswer)
  async update(
    @Req() request: FastifyRequest,
    @Param('access_group', PathIdentifier) name: string,
    @JsonBody(namedGroupUpdateSchema) { model_names }: z.output<typeof namedGroupUpdateSchema>,
  ): Promise<object> {
    return this.#changed(await this.groups.update({ name }, { access_model_names: model_names }, actorOf(request)));
  }

  @Delete(':access_group/delete')
  @Audience('management')
  @Answers(namedGroupDeleteAnswer)
  async delete(@Req() request: FastifyRequest, @Param('access_group', PathIdentifier) name: string): Promise<object> {
    const group = await this.groups.delete({ name }, actorOf(request));
    const models_updated = this.#countDeployments(group);
    return { access_group: name, models_updated, message: `Access group '${name}' deleted successfully` };
  }

  #changed(group: GroupAnswer): object {
    const { access_group_name: access_group, access_model_names: model_names } = group;
    return { access_group, model_names, model_ids: null, models_updated: this.#countDeployments(group) };
  }

  #info(group: GroupAnswer): object {
    const { access_group_name: access_group, access_model_names: model_names } = group;
    return { access_group, model_names, deployment_count: this.#countDeployments(group) };
  }

  #countDeployments({ access_model_names: names }: GroupAnswer): number {
    const catalog = this.catalog.current();
    const deployments = names.flatMap((name) => catalog.find(name)?.deployments ?? []);
    return new Set(deployments.map(({ id }) => id)).size;
  }
}
