/** Nest's module of the database room: the service, the change feed and its poller, for every other module. */
import { Global, Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { ChangeFeedPoller } from './change-feed.poller.js';
import { ChangeFeedRepository } from './change-feed.repository.js';
import { DATABASE_OPTIONS, type DatabaseOptions } from './database-options.js';
import { DatabaseService } from './database.service.js';

export interface DatabaseModuleOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly useFactory: FactoryProvider<DatabaseOptions>['useFactory'];
  readonly inject?: FactoryProvider<DatabaseOptions>['inject'];
}

@Global()
@Module({})
export class DatabaseModule {
  static registerAsync({ imports = [], useFactory, inject = [] }: DatabaseModuleOptions): DynamicModule {
    return {
      module: DatabaseModule,
      imports,
      providers: [
        { provide: DATABASE_OPTIONS, useFactory, inject },
        DatabaseService,
        ChangeFeedRepository,
        ChangeFeedPoller,
      ],
      exports: [DatabaseService, ChangeFeedRepository, ChangeFeedPoller],
    };
  }
}
