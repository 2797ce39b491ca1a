/** Reads and writes the settings that were changed through the management API; what holds a secret is sealed. */
import { Injectable } from '@nestjs/common';
import { holdsSecrets } from '../config/secret-params.js';
import { overlaidSections, type OverlaySetting, type SettingsSection } from '../config/settings-overlay.js';
import type { ConfigSetting, Prisma, TransactionClient } from '../database/database-client.js';
import { DatabaseService } from '../database/database.service.js';
import { sealedPlaces } from '../vault/sealed-place.js';
import { Vault } from '../vault/vault.service.js';
import { openJson } from './open-json.js';

export interface StoredSetting extends OverlaySetting {
  readonly updatedAt: Date;
  /** Why its value cannot be had. */
  readonly fault?: string;
}

@Injectable()
export class StoredSettingRepository {
  constructor(
    private readonly database: DatabaseService,
    private readonly vault: Vault,
  ) {}

  /** Throws GatewayError `database_unavailable`. */
  async list(tx?: TransactionClient): Promise<readonly StoredSetting[]> {
    const order: Prisma.ConfigSettingOrderByWithRelationInput[] = [{ section: 'asc' }, { name: 'asc' }];
    const rows = tx
      ? await tx.configSetting.findMany({ orderBy: order })
      : await this.database.run((client) => client.configSetting.findMany({ orderBy: order }));
    return rows.flatMap((row) => (isSection(row.section) ? [this.opened(row, row.section)] : []));
  }

  /**
   * Puts `value` in the place of what was read before, if it is there still.
   *
   * @returns false where somebody else has changed it meanwhile; a unique-constraint error of Prisma says the same
   */
  async replace(
    tx: TransactionClient,
    before: StoredSetting | undefined,
    setting: OverlaySetting | undefined,
    updatedBy: string,
  ): Promise<boolean> {
    if (before) {
      const { section, name, updatedAt } = before;
      if ((await tx.configSetting.deleteMany({ where: { section, name, updatedAt } })).count === 0) return false;
    }
    if (setting) {
      const { section, name, value } = setting;
      const stored = holdsSecrets({ [name]: value })
        ? { sealedValue: this.vault.seal(sealedPlaces.configSetting(section, name), JSON.stringify(value)) }
        : { value: value as Prisma.InputJsonValue };
      await tx.configSetting.create({ data: { section, name, ...stored, updatedBy } });
    }
    return true;
  }

  private opened(row: ConfigSetting, section: SettingsSection): StoredSetting {
    const { name, sealedValue, updatedAt } = row;
    if (sealedValue === null) return { section, name, value: row.value, updatedAt };
    const { value, fault } = openJson(this.vault, sealedPlaces.configSetting(section, name), sealedValue);
    return { section, name, value, updatedAt, ...(fault !== undefined && { fault }) };
  }
}

function isSection(section: string): section is SettingsSection {
  return (overlaidSections as readonly string[]).includes(section);
}
