/** Stored pass-through endpoints in the management API. */
import { Module } from '@nestjs/common';
import { PassThroughEndpointsController } from './pass-through-endpoints.controller.js';
import { PassThroughEndpointsService } from './pass-through-endpoints.service.js';

@Module({ controllers: [PassThroughEndpointsController], providers: [PassThroughEndpointsService] })
export class PassThroughManagementModule {}
