/** Nest's module of the Redis room, for an application that has a Redis. */
import { Module, type DynamicModule, type InjectionToken } from '@nestjs/common';
import { SHARED_RATE_STORE } from '../core/spec/rate-store.js';
import { RedisChangeSignal } from './redis-change-signal.js';
import { REDIS_OPTIONS, type RedisOptions } from './redis-options.js';
import { RedisRateStore } from './redis-rate-store.js';
import { RedisRoutingState } from './redis-routing-state.js';
import { RedisService } from './redis.service.js';

/** The tokens under which other rooms ask for what is done over Redis here. */
export interface RedisTokens {
  readonly routingState: InjectionToken;
  readonly changeSignal: InjectionToken;
}

@Module({})
export class RedisModule {
  static register(options: RedisOptions, { routingState, changeSignal }: RedisTokens): DynamicModule {
    return {
      module: RedisModule,
      global: true,
      providers: [
        { provide: REDIS_OPTIONS, useValue: options },
        RedisService,
        RedisRateStore,
        RedisRoutingState,
        RedisChangeSignal,
        { provide: routingState, useExisting: RedisRoutingState },
        { provide: SHARED_RATE_STORE, useExisting: RedisRateStore },
        { provide: changeSignal, useExisting: RedisChangeSignal },
      ],
      exports: [RedisService, SHARED_RATE_STORE, routingState, changeSignal],
    };
  }
}
