/** Access groups in the management API. */
import { Module } from '@nestjs/common';
import { AccessGroupRepository } from './access-group.repository.js';
import { AccessGroupsController } from './access-groups.controller.js';
import { AccessGroupsService } from './access-groups.service.js';
import { NamedAccessGroupsController } from './named-access-groups.controller.js';

@Module({
  controllers: [AccessGroupsController, NamedAccessGroupsController],
  providers: [AccessGroupRepository, AccessGroupsService],
})
export class AccessGroupsModule {}
