/** Mappings from claims of tokens to virtual keys in the management API. */
import { Module } from '@nestjs/common';
import { JwtMappingRepository } from './jwt-mapping.repository.js';
import { JwtMappingsController } from './jwt-mappings.controller.js';
import { JwtMappingsService } from './jwt-mappings.service.js';

@Module({
  controllers: [JwtMappingsController],
  providers: [JwtMappingRepository, JwtMappingsService],
  exports: [JwtMappingRepository],
})
export class JwtMappingsModule {}
