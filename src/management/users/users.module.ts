/** Users in the management API, with their passwords and invitations. */
import { Module } from '@nestjs/common';
import { InvitationRepository } from './invitations/invitation.repository.js';
import { InvitationsController } from './invitations/invitations.controller.js';
import { InvitationsService } from './invitations/invitations.service.js';
import { OnboardingSessions } from './invitations/onboarding-sessions.js';
import { OnboardingService } from './invitations/onboarding.service.js';
import { NewUsers } from './new-users.service.js';
import { AttemptThrottle } from './passwords/attempt-throttle.js';
import { UserPasswords } from './passwords/user-passwords.service.js';
import { UserChanges } from './user-changes.service.js';
import { UserEntities } from './user-entities.service.js';
import { UserHoldings } from './user-holdings.service.js';
import { UserKeys } from './user-keys.service.js';
import { UserReads } from './user-reads.service.js';
import { UserUpdates } from './user-updates.service.js';
import { UserRepository } from './user.repository.js';
import { UsersController } from './users.controller.js';

@Module({
  controllers: [UsersController, InvitationsController],
  providers: [
    AttemptThrottle,
    InvitationRepository,
    InvitationsService,
    NewUsers,
    OnboardingService,
    OnboardingSessions,
    UserChanges,
    UserEntities,
    UserHoldings,
    UserKeys,
    UserPasswords,
    UserReads,
    UserRepository,
    UserUpdates,
  ],
  exports: [NewUsers, UserChanges, UserRepository],
})
export class UsersModule {}
