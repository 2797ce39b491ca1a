/** Files and batches as a Nest module, for the routes that serve them. */
import { Module } from '@nestjs/common';
import { BatchBilling } from './batches/batch-billing.service.js';
import { BatchCosts } from './batches/batch-costs.service.js';
import { BatchLedger } from './batches/batch-ledger.service.js';
import { BatchPoller } from './batches/batch-poller.service.js';
import { BatchRepository } from './batches/batch.repository.js';
import { BatchesService } from './batches/batches.service.js';
import { FileRepository } from './files/file.repository.js';
import { FilesService } from './files/files.service.js';
import { ProviderCalls } from './provider-calls.js';

@Module({
  providers: [
    BatchBilling,
    BatchCosts,
    BatchLedger,
    BatchPoller,
    BatchRepository,
    BatchesService,
    FileRepository,
    FilesService,
    ProviderCalls,
  ],
  exports: [BatchLedger, BatchPoller, BatchRepository, BatchesService, FilesService],
})
export class FilesAndBatchesModule {}
