/** Changes settings: each checked as the file is, with all others, before any of it is stored; every process has it within two seconds. */
import { Injectable } from '@nestjs/common';
import { CatalogService } from '../../catalog/catalog.service.js';
import { StoredSettings } from '../../catalog/stored-settings.service.js';
import { StoredSettingRepository, type StoredSetting } from '../../catalog/stored-setting.repository.js';
import { isError, type ConfigProblem } from '../../config/config-problem.js';
import { findReferencesIn } from '../../config/environment-references.js';
import { whyFileOnly } from '../../config/file-only-settings.js';
import { withoutSecretParams } from '../../config/secret-params.js';
import { overlayFile, type OverlaySetting } from '../../config/settings-overlay.js';
import { SettingsReader } from '../../config/settings-reader.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { configTopic } from '../../database/change-topics.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites } from '../writes/management-writes.service.js';

/** A setting as it is to be; `undefined` takes it out of the database, so that the file's holds again. */
export type SettingChange = OverlaySetting;

@Injectable()
export class ConfigWrites {
  constructor(
    private readonly writes: ManagementWrites,
    private readonly repository: StoredSettingRepository,
    private readonly stored: StoredSettings,
    private readonly reader: SettingsReader,
    private readonly catalog: CatalogService,
  ) {}

  /**
   * All of them or none.
   *
   * @returns what the database holds afterwards
   * @throws GatewayError `invalid_request` with the path of the first that does not fit, `conflict`, `no_encryption_key`
   */
  async change(changes: readonly SettingChange[], actor: Actor): Promise<readonly OverlaySetting[]> {
    for (const change of changes) checkChangeable(change);
    try {
      const after = await this.writes.run(actor, async (write) => {
        const { tx } = write;
        const before = await this.repository.list(tx);
        const next = overlayOf(before, changes);
        this.check(next);
        for (const change of changes) {
          const { section, name, value } = change;
          const known = before.find((row) => isSame(row, change));
          const made = value === undefined ? undefined : change;
          if (!(await this.repository.replace(tx, known, made, actor.name))) throw changedMeanwhile();
          const views = { before: known && shown(known), after: made && shown(made) };
          const action = made ? 'config.update' : 'config.delete';
          write.audit({ action, objectKind: 'config', objectId: `${section}.${name}`, ...views });
          write.changed(configTopic, `${section}.${name}`);
        }
        return next;
      });
      await this.stored.refresh();
      return after;
    } catch (error) {
      throw isUniqueViolation(error) ? changedMeanwhile(error) : error;
    }
  }

  private check(overlay: readonly OverlaySetting[]): void {
    const { config, problems } = this.reader.read(overlay, (draft) => this.catalog.findErrors(draft));
    const errors = problems.filter(isError);
    const fault = errors.find(({ file }) => file === overlayFile);
    if (fault) throw refused(fault);
    if (config !== null) return;
    const reason = `The configuration file has errors since it was read last, so that nothing can be checked against it: ${errors.map(({ path, message }) => `${path}: ${message}`).join(' ')}`;
    throw new GatewayError('conflict', { facts: { reason } });
  }
}

function overlayOf(before: readonly StoredSetting[], changes: readonly SettingChange[]): readonly OverlaySetting[] {
  // What cannot be read, or is not taken from here any more, is not in force either.
  const usable = before.filter(
    ({ section, name, fault }) => fault === undefined && whyFileOnly(section, name) === null,
  );
  const kept = usable
    .filter((row) => !changes.some((change) => isSame(row, change)))
    .map(({ section, name, value }) => ({ section, name, value }));
  return [...kept, ...changes.filter(({ value }) => value !== undefined)];
}

function isSame(one: OverlaySetting, other: OverlaySetting): boolean {
  return one.section === other.section && one.name === other.name;
}

/** What may not stand in the database may still be taken out of it. */
function checkChangeable({ section, name, value }: SettingChange): void {
  if (value === undefined) return;
  const param = `${section}.${name}`;
  const reason =
    whyFileOnly(section, name) ??
    (findReferencesIn(value)
      ? 'holds an `os.environ/` reference, which is not resolved here. Write the value itself.'
      : null);
  if (reason !== null)
    throw new GatewayError('invalid_request', { param, facts: { reason: `\`${param}\` ${reason}` } });
}

function refused({ path, message }: ConfigProblem): GatewayError {
  return new GatewayError('invalid_request', { param: path, facts: { reason: `\`${path}\`: ${message}` } });
}

function changedMeanwhile(cause?: unknown): GatewayError {
  const reason = 'The setting was changed by somebody else at the same time. Look at it, and try again.';
  return new GatewayError('conflict', { facts: { reason }, cause });
}

function shown({ name, value }: OverlaySetting): Record<string, unknown> {
  return withoutSecretParams({ [name]: value });
}
