/** The routes of stored credentials. */
import { Delete, Get, HttpCode, Param, Patch, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { Answers, CheckedQuery, JsonBody } from '../../http/json-body.js';
import { actorOf } from '../writes/actor.js';
import {
  credentialSchema,
  credentialsQuerySchema,
  credentialsSchema,
  doneSchema,
  newCredentialSchema,
  updateCredentialSchema,
  type CredentialsQuery,
  type Done,
  type NewCredentialBody,
  type ShownCredential,
  type ShownCredentials,
  type UpdateCredentialBody,
} from './credential.dto.js';
import { CredentialsService } from './credentials.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

/** Names may hold slashes. */
@ManagementController('credentials')
export class CredentialsController {
  constructor(private readonly credentials: CredentialsService) {}

  @Post()
  @HttpCode(200)
  @Audience('management')
  @Answers(doneSchema)
  add(@Req() request: FastifyRequest, @JsonBody(newCredentialSchema) body: NewCredentialBody): Promise<Done> {
    return this.credentials.add(body, actorOf(request));
  }

  @Get()
  @Audience('admin_read')
  @Answers(credentialsSchema)
  list(@CheckedQuery(credentialsQuerySchema) query: CredentialsQuery): Promise<ShownCredentials> {
    return this.credentials.list(query);
  }

  @Get('by_name/*')
  @Audience('admin_read')
  @Answers(credentialSchema)
  byName(@Param('*') name: string): Promise<ShownCredential> {
    return this.credentials.get(name);
  }

  @Get('by_model/:id')
  @Audience('admin_read')
  @Answers(credentialSchema)
  byModel(@Param('id') id: string): ShownCredential {
    return this.credentials.byModel(id);
  }

  @Patch('*')
  @Audience('management')
  @Answers(doneSchema)
  update(
    @Req() request: FastifyRequest,
    @Param('*') name: string,
    @JsonBody(updateCredentialSchema) body: UpdateCredentialBody,
  ): Promise<Done> {
    return this.credentials.update(name, body, actorOf(request));
  }

  @Delete('*')
  @Audience('management')
  @Answers(doneSchema)
  delete(@Req() request: FastifyRequest, @Param('*') name: string): Promise<Done> {
    return this.credentials.delete(name, actorOf(request));
  }
}
