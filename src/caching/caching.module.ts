/** Nest's module of the cache: one for all rooms, also where the configuration has none. */
import { Module, type DynamicModule } from '@nestjs/common';
import { OutboundHttp } from '../clients/outbound-http.service.js';
import { CLOCK, RANDOM } from '../config/ports.js';
import { SettingsService } from '../config/settings.service.js';
import type { Clock, Random } from '../core/spec/clock.js';
import { CacheAdministration } from './cache-administration.service.js';
import { openStores } from './open-stores.lazy.js';
import { CACHE_STORES, ResponseCacheService } from './response-cache.service.js';

@Module({})
export class CachingModule {
  static register(): DynamicModule {
    return {
      module: CachingModule,
      global: true,
      providers: [
        {
          provide: CACHE_STORES,
          inject: [SettingsService, OutboundHttp, CLOCK, RANDOM],
          useFactory: (settings: SettingsService, http: OutboundHttp, clock: Clock, random: Random) =>
            openStores(settings.current().cache, { http, clock, random }),
        },
        ResponseCacheService,
        CacheAdministration,
      ],
      exports: [ResponseCacheService, CacheAdministration],
    };
  }
}
