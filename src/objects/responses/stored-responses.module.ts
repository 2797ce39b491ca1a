/** The stored side of the Responses API as a Nest module. */
import { Module } from '@nestjs/common';
import { ResponseRetentionService } from './response-retention.service.js';
import { StoredResponseRepository } from './stored-response.repository.js';
import { StoredResponsesService } from './stored-responses.service.js';

@Module({
  providers: [StoredResponseRepository, StoredResponsesService, ResponseRetentionService],
  exports: [StoredResponsesService],
})
export class StoredResponsesModule {}
