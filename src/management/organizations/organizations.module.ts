/** Organizations in the management API. */
import { Module } from '@nestjs/common';
import { OrganizationDeletion } from './organization-deletion.service.js';
import { OrganizationMembersService } from './organization-members.service.js';
import { OrganizationRepository } from './organization.repository.js';
import { OrganizationsController } from './organizations.controller.js';
import { OrganizationsService } from './organizations.service.js';

/** Teams provide how a team is shown and removed: their module is global. */
@Module({
  controllers: [OrganizationsController],
  providers: [OrganizationRepository, OrganizationsService, OrganizationMembersService, OrganizationDeletion],
})
export class OrganizationsModule {}
