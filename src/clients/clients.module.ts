/** Provides the one `ClientCacheService` of the process to every room. */
import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import type { ClientCacheOptions } from '../core/client-cache/in-memory-client-cache.js';
import { CLIENT_CACHE_OPTIONS } from './client-cache.options.js';
import { ClientCacheService } from './client-cache.service.js';

export interface ClientsModuleAsyncOptions
  extends
    Pick<ModuleMetadata, 'imports'>,
    Pick<FactoryProvider<Partial<ClientCacheOptions>>, 'inject' | 'useFactory'> {}

@Module({})
export class ClientsModule {
  /** With settings that are known now; what is left out has its default. */
  static forRoot(options: Partial<ClientCacheOptions> = {}): DynamicModule {
    return ClientsModule.forRootAsync({ useFactory: () => options });
  }

  /** With settings that another provider knows, such as the configuration. */
  static forRootAsync({ imports = [], inject = [], useFactory }: ClientsModuleAsyncOptions): DynamicModule {
    return {
      module: ClientsModule,
      global: true,
      imports,
      providers: [{ provide: CLIENT_CACHE_OPTIONS, inject, useFactory }, ClientCacheService],
      exports: [ClientCacheService],
    };
  }
}
