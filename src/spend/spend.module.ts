/** The spend room as a Nest module: settings in, `SpendService` out. */
import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { ClickHouseExportService } from './clickhouse/clickhouse-export.service.js';
import { PayloadStore } from './payload-store.service.js';
import { SpendRetentionService } from './spend-retention.service.js';
import { SPEND_SETTINGS, type SpendSettings } from './spend-settings.js';
import { SpendService } from './spend.service.js';
import { createWriter, WRITER_FACTORY } from './writer-factory.js';

@Module({})
export class SpendModule {
  /** Global: the data plane begins and settles from many rooms, on one journal. */
  static register(settings: Pick<FactoryProvider<SpendSettings>, 'inject' | 'useFactory'>): DynamicModule {
    return {
      module: SpendModule,
      global: true,
      providers: [
        { provide: SPEND_SETTINGS, ...settings },
        { provide: WRITER_FACTORY, useValue: createWriter },
        PayloadStore,
        SpendRetentionService,
        ClickHouseExportService,
        SpendService,
      ],
      exports: [SpendService],
    };
  }
}
