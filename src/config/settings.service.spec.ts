import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, describeProblems } from './config-problem.js';
import type { GatewayConfig } from './gateway-config.js';
import { loadConfig } from './load-config.js';
import { SettingsService } from './settings.service.js';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

function config(text: string): GatewayConfig {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, text);
  return loadConfig(path, { TOLLGATE_MASTER_KEY: 'sk-0f9a7c3e5b1d48628e4c6a2d7b9f1e3c' });
}

describe('SettingsService', () => {
  it('changes nothing anywhere when one room cannot use the new configuration', () => {
    const before = config('litellm_settings: {num_retries: 1}');
    const settings = new SettingsService(before);
    const committed: string[] = [];
    settings.onChange(() => () => committed.push('first'));
    settings.onChange(() => {
      throw new ConfigError([]);
    });
    expect(() => settings.replace(config('litellm_settings: {num_retries: 2}'))).toThrow(ConfigError);
    expect(settings.current()).toBe(before);
    expect(committed).toEqual([]);
  });

  it('is changed itself before a room puts the change into force', () => {
    const settings = new SettingsService(config(''));
    const seen: number[] = [];
    const stop = settings.onChange(
      (next) => () => seen.push(next.router.numRetries, settings.current().router.numRetries),
    );
    settings.replace(config('router_settings: {num_retries: 7}'));
    stop();
    settings.replace(config('router_settings: {num_retries: 8}'));
    expect(seen).toEqual([7, 7]);
  });

  it('keeps what is read at start, and says by path that a restart is needed', () => {
    const settings = new SettingsService(config(''));
    const warnings = settings.replace(
      config(
        'general_settings: {database_url: "file:other.db", client_cache: {max_size: 5}, default_reserve_output_tokens: 9}',
      ),
    );
    expect(settings.general).toMatchObject({
      databaseUrl: 'file:./.tollgate/gateway.db',
      clientCache: { maxSize: 200 },
      defaultReserveOutputTokens: 9,
    });
    const printed = describeProblems(warnings);
    expect(printed).toContain('general_settings.database_url: warning: changed: restart the gateway to use it.');
    expect(printed).toContain('general_settings.client_cache: warning');
    expect(warnings).toHaveLength(2);
  });
});
