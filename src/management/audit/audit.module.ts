/** The audit log, and the transactions in which everything that management changes is written. */
import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { ManagementWrites } from '../writes/management-writes.service.js';
import { AUDIT_SECRET_KEY } from './audit-secret-key.js';
import { AuditLog } from './audit-log.service.js';
import { AuditController } from './audit.controller.js';
import { AuditRepository } from './audit.repository.js';

@Module({})
export class AuditModule {
  static registerAsync(secretKey: Pick<FactoryProvider<Buffer>, 'inject' | 'useFactory'>): DynamicModule {
    return {
      module: AuditModule,
      global: true,
      controllers: [AuditController],
      providers: [{ provide: AUDIT_SECRET_KEY, inject: [], ...secretKey }, AuditLog, AuditRepository, ManagementWrites],
      exports: [AuditLog, AuditRepository, ManagementWrites],
    };
  }
}
