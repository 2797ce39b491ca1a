/** Where the audit log is exported to. */
import type { ExportBatch } from './export-batch.js';

export interface AuditSink {
  readonly name: 'syslog' | 'webhook' | 's3';
  /**
   * Resolves once the sink has the whole batch. The same batch may come twice, and is the same to the byte then.
   *
   * @throws Error whose message says what went wrong and holds no secret
   */
  deliver(batch: ExportBatch, signal: AbortSignal): Promise<void>;
}
