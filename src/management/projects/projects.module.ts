/** Projects in the management API. */
import { Module } from '@nestjs/common';
import { ProjectLimits } from './project-limits.service.js';
import { ProjectRepository } from './project.repository.js';
import { ProjectsController } from './projects.controller.js';
import { ProjectsService } from './projects.service.js';

@Module({ controllers: [ProjectsController], providers: [ProjectRepository, ProjectLimits, ProjectsService] })
export class ProjectsModule {}
