/** What the controllers of the management API need for requests that may be repeated. */
import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { IDEMPOTENCY_SECRET, IdempotencyInterceptor } from './idempotency.interceptor.js';
import { IdempotentRequestRepository } from './idempotent-request.repository.js';

@Module({})
export class IdempotencyModule {
  /** @param secret the installation's own: answers are sealed with it */
  static registerAsync(secret: Pick<FactoryProvider<Buffer>, 'inject' | 'useFactory'>): DynamicModule {
    return {
      module: IdempotencyModule,
      global: true,
      providers: [
        { provide: IDEMPOTENCY_SECRET, inject: [], ...secret },
        IdempotentRequestRepository,
        IdempotencyInterceptor,
      ],
      exports: [IDEMPOTENCY_SECRET, IdempotentRequestRepository, IdempotencyInterceptor],
    };
  }
}
