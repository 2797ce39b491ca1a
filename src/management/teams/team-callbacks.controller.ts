/** The routes of a team's callbacks. */
import { Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { Answers, JsonBody } from '../../http/json-body.js';
import { PathIdentifier } from '../wire/path-identifier.js';
import { actorOf } from '../writes/actor.js';
import { callbackAddAnswer, callbacksAnswer, callbacksChangedAnswer } from './team-answers.js';
import { callbackSchema, type CallbackBody } from './team-callback.dto.js';
import { TeamCallbacks } from './team-callbacks.service.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController('team/:team_id')
export class TeamCallbacksController {
  constructor(private readonly callbacks: TeamCallbacks) {}

  @Get('callback')
  @Audience('scoped_read')
  @Answers(callbacksAnswer)
  show(@Req() request: FastifyRequest, @Param('team_id', PathIdentifier) teamId: string): Promise<object> {
    return this.callbacks.show(teamId, principalOf(request));
  }

  @Post('callback')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(callbackAddAnswer)
  add(
    @Req() request: FastifyRequest,
    @Param('team_id', PathIdentifier) teamId: string,
    @JsonBody(callbackSchema) body: CallbackBody,
  ): Promise<object> {
    return this.callbacks.add(teamId, body, actorOf(request));
  }

  @Delete('callback/:callback_name')
  @Audience('scoped')
  @Answers(callbacksChangedAnswer)
  remove(
    @Req() request: FastifyRequest,
    @Param('team_id', PathIdentifier) teamId: string,
    @Param('callback_name', PathIdentifier) name: string,
  ): Promise<object> {
    return this.callbacks.remove(teamId, name, actorOf(request));
  }

  @Post('disable_logging')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(callbacksChangedAnswer)
  removeAll(@Req() request: FastifyRequest, @Param('team_id', PathIdentifier) teamId: string): Promise<object> {
    return this.callbacks.removeAll(teamId, actorOf(request));
  }
}
