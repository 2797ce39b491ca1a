/** A controller of the management API: its POSTs may be repeated under an `Idempotency-Key`. */
import { applyDecorators, Controller, UseInterceptors } from '@nestjs/common';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';

export function ManagementController(path: string | string[] = ''): ClassDecorator {
  return applyDecorators(Controller(path), UseInterceptors(IdempotencyInterceptor));
}
