/** Settings for services of the spend room, as an operator's file would come to. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load-config.js';
import { SettingsService } from '../../../src/config/settings.service.js';

export function settingsFor(
  general: Readonly<Record<string, unknown>>,
  litellm: Readonly<Record<string, unknown>> = {},
): SettingsService {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-settings-'));
  try {
    const file = join(folder, 'config.yaml');
    const masterKey = 'sk-0f9a7c3e5b1d48628e4c6a2d7b9f1e3c';
    const config = {
      model_list: [],
      general_settings: { master_key: masterKey, ...general },
      litellm_settings: litellm,
    };
    writeFileSync(file, JSON.stringify(config));
    return new SettingsService(loadConfig(file, {}));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
