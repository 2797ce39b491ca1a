/** The routes that show and change settings. */
import { Get, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { Answers, CheckedQuery, JsonBody } from '../../http/json-body.js';
import { actorOf } from '../writes/actor.js';
import {
  configListQuerySchema,
  configMessageSchema,
  configYamlSchema,
  deleteFieldSchema,
  fieldInfoSchema,
  fieldQuerySchema,
  fieldsSchema,
  routerSettingsSchema,
  storedSectionSchema,
  updateConfigSchema,
  updateFieldSchema,
  type ConfigYaml,
  type DeleteFieldBody,
  type Field,
  type FieldInfo,
  type FieldQuery,
  type ShownRouterSettings,
  type StoredSection,
  type UpdateConfigBody,
  type UpdateFieldBody,
} from './config.dto.js';
import { ConfigService } from './config.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController()
export class ConfigController {
  constructor(private readonly config: ConfigService) {}

  @Post('config/update')
  @HttpCode(200)
  @Audience('management')
  @Answers(configMessageSchema)
  update(
    @Req() request: FastifyRequest,
    @JsonBody(updateConfigSchema) body: UpdateConfigBody,
  ): Promise<{ message: string }> {
    return this.config.update(body, actorOf(request));
  }

  @Post('config/field/update')
  @HttpCode(200)
  @Audience('management')
  @Answers(storedSectionSchema)
  updateField(
    @Req() request: FastifyRequest,
    @JsonBody(updateFieldSchema) body: UpdateFieldBody,
  ): Promise<StoredSection> {
    return this.config.changeField(body.field_name, body.field_value, actorOf(request));
  }

  @Post('config/field/delete')
  @HttpCode(200)
  @Audience('management')
  @Answers(storedSectionSchema)
  deleteField(
    @Req() request: FastifyRequest,
    @JsonBody(deleteFieldSchema) body: DeleteFieldBody,
  ): Promise<StoredSection> {
    return this.config.deleteField(body.field_name, actorOf(request));
  }

  @Get('config/field/info')
  @Audience('admin_read')
  @Answers(fieldInfoSchema)
  fieldInfo(@CheckedQuery(fieldQuerySchema) { field_name: name }: FieldQuery): FieldInfo {
    return this.config.fieldInfo(name);
  }

  @Get('config/list')
  @Audience('admin_read')
  @Answers(fieldsSchema)
  list(@CheckedQuery(configListQuerySchema) { config_type: section }: { config_type: 'general_settings' }): Field[] {
    return this.config.fieldsOf(section);
  }

  /** What is in force, as the file would say it; secrets are masked, references stay as they were written. */
  @Get('config/yaml')
  @Audience('admin_read')
  @Answers(configYamlSchema)
  yaml(): ConfigYaml {
    return this.config.yaml();
  }

  @Get('router/settings')
  @Audience('admin_read')
  @Answers(routerSettingsSchema)
  router(): ShownRouterSettings {
    return this.config.router();
  }
}
