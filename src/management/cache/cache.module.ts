/** The cache of answers in the management API. */
import { Module } from '@nestjs/common';
import { CacheController } from './cache.controller.js';
import { CacheService } from './cache.service.js';

@Module({ controllers: [CacheController], providers: [CacheService] })
export class CacheManagementModule {}
