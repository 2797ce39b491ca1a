/** The routes of users. */
import { Get, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { Answers, CheckedQuery, JsonBody } from '../../http/json-body.js';
import { actorOf } from '../writes/actor.js';
import { NewUsers } from './new-users.service.js';
import { UserPasswords } from './passwords/user-passwords.service.js';
import {
  availableRoles,
  bulkUpdateAnswer,
  newUserAnswer,
  rolesAnswer,
  updatedUserAnswer,
  userAnswer,
  userInfoAnswer,
  userListAnswer,
} from './user-answers.js';
import { UserChanges } from './user-changes.service.js';
import { UserReads } from './user-reads.service.js';
import { UserUpdates } from './user-updates.service.js';
import {
  bulkUpdateSchema,
  changePasswordSchema,
  deleteUsersSchema,
  newUserSchema,
  updateUserSchema,
  userInfoQuerySchema,
  userListQuerySchema,
  type BulkUpdateBody,
  type ChangePasswordBody,
  type DeleteUsersBody,
  type NewUserBody,
  type UpdateUserBody,
  type UserInfoQuery,
  type UserListQuery,
} from './user.dto.js';
import { ManagementController } from '../idempotency/management-controller.decorator.js';

@ManagementController()
export class UsersController {
  constructor(
    private readonly newUsers: NewUsers,
    private readonly updates: UserUpdates,
    private readonly changes: UserChanges,
    private readonly reads: UserReads,
    private readonly passwords: UserPasswords,
  ) {}

  @Post('user/new')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(newUserAnswer)
  create(@Req() request: FastifyRequest, @JsonBody(newUserSchema) body: NewUserBody): Promise<object> {
    return this.newUsers.create(body, actorOf(request));
  }

  @Post('user/update')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(updatedUserAnswer)
  update(@Req() request: FastifyRequest, @JsonBody(updateUserSchema) body: UpdateUserBody): Promise<object> {
    return this.updates.update(body, actorOf(request));
  }

  @Post('user/bulk_update')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(bulkUpdateAnswer)
  updateMany(@Req() request: FastifyRequest, @JsonBody(bulkUpdateSchema) body: BulkUpdateBody): Promise<object> {
    return this.updates.updateMany(body, actorOf(request));
  }

  /** The number of users that are gone. */
  @Post('user/delete')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(z.number().int())
  delete(
    @Req() request: FastifyRequest,
    @JsonBody(deleteUsersSchema) { user_ids: ids }: DeleteUsersBody,
  ): Promise<number> {
    return this.changes.delete(ids, actorOf(request));
  }

  /** Open to viewers too: it is their own, and the current one has to be known. */
  @Post('user/password/change')
  @HttpCode(200)
  @Audience('scoped_read')
  @Answers(z.object({ user_id: z.string(), message: z.string() }), { errors: [429] })
  changePassword(
    @Req() request: FastifyRequest,
    @JsonBody(changePasswordSchema) body: ChangePasswordBody,
  ): Promise<object> {
    return this.passwords.change(body, actorOf(request));
  }

  @Get('user/info')
  @Audience('scoped_read')
  @Answers(userInfoAnswer)
  info(@Req() request: FastifyRequest, @CheckedQuery(userInfoQuerySchema) query: UserInfoQuery): Promise<object> {
    return this.reads.info(query.user_id, principalOf(request));
  }

  @Get('v2/user/info')
  @Audience('scoped_read')
  @Answers(userAnswer)
  view(@Req() request: FastifyRequest, @CheckedQuery(userInfoQuerySchema) query: UserInfoQuery): Promise<object> {
    return this.reads.view(query.user_id, principalOf(request));
  }

  @Get('user/list')
  @Audience('scoped_read')
  @Answers(userListAnswer)
  list(@Req() request: FastifyRequest, @CheckedQuery(userListQuerySchema) query: UserListQuery): Promise<object> {
    return this.reads.list(query, principalOf(request));
  }

  @Get('user/available_roles')
  @Audience('scoped_read')
  @Answers(rolesAnswer)
  availableRoles(): object {
    return availableRoles;
  }
}
