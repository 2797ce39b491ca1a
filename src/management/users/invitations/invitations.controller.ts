/** The routes of invitations, and those of the page that an invitation's link opens. */
import { Get, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Audience } from '../../../auth/audience.decorator.js';
import { principalOf } from '../../../auth/principal-of.js';
import { GatewayError } from '../../../core/errors/gateway-error.js';
import { Answers, CheckedQuery, JsonBody } from '../../../http/json-body.js';
import { actorOf } from '../../writes/actor.js';
import { AttemptThrottle } from '../passwords/attempt-throttle.js';
import {
  claimedAnswer,
  claimSchema,
  deleteInvitationSchema,
  getTokenQuerySchema,
  invitationAnswer,
  invitationInfoQuerySchema,
  newInvitationAnswer,
  newInvitationSchema,
  onboardingAnswer,
  updateInvitationSchema,
  type ClaimBody,
} from './invitation.dto.js';
import { InvitationsService } from './invitations.service.js';
import { OnboardingService } from './onboarding.service.js';
import { ManagementController } from '../../idempotency/management-controller.decorator.js';

/** An invitation that is none any more, and too many tries of guessing one. */
const ofInvitations = [401, 429] as const;

@ManagementController()
export class InvitationsController {
  constructor(
    private readonly invitations: InvitationsService,
    private readonly onboarding: OnboardingService,
    private readonly throttle: AttemptThrottle,
  ) {}

  @Post('invitation/new')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(newInvitationAnswer)
  create(
    @Req() request: FastifyRequest,
    @JsonBody(newInvitationSchema) { user_id: userId }: z.output<typeof newInvitationSchema>,
  ): Promise<object> {
    return this.invitations.create(userId, actorOf(request));
  }

  @Get('invitation/info')
  @Audience('scoped_read')
  @Answers(invitationAnswer)
  info(
    @Req() request: FastifyRequest,
    @CheckedQuery(invitationInfoQuerySchema) { invitation_id: id }: z.output<typeof invitationInfoQuerySchema>,
  ): Promise<object> {
    return this.invitations.info(id, principalOf(request));
  }

  @Post('invitation/update')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(invitationAnswer)
  update(
    @Req() request: FastifyRequest,
    @JsonBody(updateInvitationSchema) { invitation_id: id }: z.output<typeof updateInvitationSchema>,
  ): Promise<object> {
    return this.invitations.accept(id, actorOf(request));
  }

  @Post('invitation/delete')
  @HttpCode(200)
  @Audience('scoped')
  @Answers(invitationAnswer)
  delete(
    @Req() request: FastifyRequest,
    @JsonBody(deleteInvitationSchema) { invitation_id: id }: z.output<typeof deleteInvitationSchema>,
  ): Promise<object> {
    return this.invitations.delete(id, actorOf(request));
  }

  @Get('onboarding/get_token')
  @Audience('public')
  @Answers(onboardingAnswer, { errors: ofInvitations })
  open(
    @Req() request: FastifyRequest,
    @CheckedQuery(getTokenQuerySchema) { invite_link: token }: z.output<typeof getTokenQuerySchema>,
  ): Promise<object> {
    return this.#throttled(request.ip, () => this.onboarding.open(token));
  }

  @Post('onboarding/claim_token')
  @HttpCode(200)
  @Audience('public')
  @Answers(claimedAnswer, { errors: ofInvitations })
  claim(@Req() request: FastifyRequest, @JsonBody(claimSchema) body: ClaimBody): Promise<object> {
    const session = (request.headers.authorization ?? '').replace(/^bearer\s+/i, '');
    return this.#throttled(request.ip, () => this.onboarding.claim(body, session, request.ip));
  }

  /** Nobody guesses a token; whoever tries is a burden all the same. */
  async #throttled<T>(address: string, attempt: () => Promise<T>): Promise<T> {
    this.throttle.check(address);
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'invalid_invitation') this.throttle.failed(address);
      throw error;
    }
  }
}
