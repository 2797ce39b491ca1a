/** Reads the models that were added through the management API from the database. */
import { Injectable } from '@nestjs/common';
import { DatabaseService } from '../database/database.service.js';
import type { ConfigModelRow, ConfigModelSource } from './config-model-source.js';

@Injectable()
export class ConfigModelRepository implements ConfigModelSource {
  constructor(private readonly database: DatabaseService) {}

  /** Throws GatewayError `database_unavailable`. */
  list(): Promise<readonly ConfigModelRow[]> {
    return this.database.run((client) =>
      client.configModel.findMany({
        select: { id: true, modelName: true, litellmParams: true, modelInfo: true },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      }),
    );
  }
}
