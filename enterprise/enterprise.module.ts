/** Features under the licence beside this file, as one Nest module; src/app.module.ts loads it where one of them is switched on. */
import { Module, type DynamicModule } from '@nestjs/common';
import { AuditExportService, ExportStores } from './audit-export/audit-export.service.js';
import { ExportCursors } from './audit-export/export-cursors.repository.js';
import { FeatureBoard, LICENCE_PUBLIC_KEYS } from './licence/feature-board.js';
import { LicenceController } from './licence/licence.controller.js';
import { licencePublicKeys } from './licence/public-keys.js';

@Module({})
export class EnterpriseModule {
  /** @param publicKeys those that licences are checked with */
  static register(publicKeys: readonly string[] = licencePublicKeys): DynamicModule {
    return {
      module: EnterpriseModule,
      controllers: [LicenceController],
      providers: [
        { provide: LICENCE_PUBLIC_KEYS, useValue: publicKeys },
        FeatureBoard,
        ExportCursors,
        ExportStores,
        AuditExportService,
      ],
    };
  }
}
