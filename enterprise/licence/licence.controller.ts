/** GET /health/license: which licence there is, and what works of that which was switched on. */
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { Audience } from '#src/auth/audience.decorator.js';
import { Answers } from '#src/http/json-body.js';
import { AuditExportService } from '../audit-export/audit-export.service.js';
import { FeatureBoard } from './feature-board.js';

const sinkSchema = z.object({
  sink: z.string(),
  exported_up_to: z.number().int().nullable().describe('The sequence; null before this process has exported.'),
  is_exporting: z.boolean().describe('False where another process has this sink.'),
  last_error: z.string().nullable(),
});

const licenceSchema = z.object({
  has_license: z.boolean(),
  customer: z.string().nullable(),
  expiration_date: z.string().nullable(),
  allowed_features: z.array(z.string()),
  features: z.array(z.object({ feature: z.string(), on: z.boolean(), reason: z.string().nullable() })),
  audit_export: z.array(sinkSchema),
});

@Controller('health/license')
export class LicenceController {
  constructor(
    private readonly board: FeatureBoard,
    private readonly auditExport: AuditExportService,
  ) {}

  @Get()
  @Audience('admin_read')
  @Answers(licenceSchema)
  show(): z.output<typeof licenceSchema> {
    const licence = this.board.licence();
    return {
      has_license: licence !== null,
      customer: licence?.customer ?? null,
      expiration_date: licence?.expires.toISOString() ?? null,
      allowed_features: [...(licence?.features ?? [])],
      features: this.board.states(),
      audit_export: this.auditExport.states().map(({ sink, done, isExporting, lastError }) => ({
        sink,
        exported_up_to: done === null ? null : Number(done),
        is_exporting: isExporting,
        last_error: lastError,
      })),
    };
  }
}
