/** The configuration's reload on real files: what is changed how, what is kept, what is said. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { loadConfig } from '../../../src/config/load-config.js';
import { SettingsModule } from '../../../src/config/settings.module.js';
import { SettingsService } from '../../../src/config/settings.service.js';

const environment = { TOLLGATE_MASTER_KEY: 'sk-0f9a7c3e5b1d48628e4c6a2d7b9f1e3c' };
const settleMs = 20;

const withRetries = (count: number | string): string => `router_settings: {num_retries: ${count}}\n`;

let folder: string;
let app: TestingModule;
let settings: SettingsService;
let errors: string[];
let warnings: string[];

async function start(path: string): Promise<void> {
  const config = loadConfig(path, environment);
  app = await Test.createTestingModule({
    imports: [SettingsModule.forRoot({ config, reloadFrom: { path, environment, settleMs } })],
  }).compile();
  await app.init();
  settings = app.get(SettingsService);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-reload-'));
  errors = [];
  warnings = [];
  jest.spyOn(Logger.prototype, 'log').mockImplementation();
  jest.spyOn(Logger.prototype, 'error').mockImplementation((line) => errors.push(String(line)));
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((line) => warnings.push(String(line)));
});

afterEach(async () => {
  await app.close();
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const retries = (): number => settings.current().router.numRetries;

/** Waits for what the file system tells; fails after three seconds. */
async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 3_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`It did not come. ${[...errors, ...warnings].join('\n')}`);
    await pause(10);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a changed configuration file', () => {
  it('is read when it is written in place', async () => {
    const path = join(folder, 'config.yaml');
    writeFileSync(path, withRetries(1));
    await start(path);
    writeFileSync(path, withRetries(3));
    await until(() => retries() === 3);
  });

  it('is read when an editor puts another file in its place, again and again', async () => {
    const path = join(folder, 'config.yaml');
    writeFileSync(path, withRetries(0));
    await start(path);
    for (const count of [4, 5, 6]) {
      writeFileSync(`${path}~`, withRetries(count));
      renameSync(`${path}~`, path);
      await until(() => retries() === count);
    }
  });

  it('is read when Kubernetes swaps the folder behind its links', async () => {
    const publish = (version: string, text: string): void => {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, 'config.yaml'), text);
      symlinkSync(version, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    publish('..1', withRetries(1));
    symlinkSync('..data/config.yaml', join(folder, 'config.yaml'));
    await start(join(folder, 'config.yaml'));
    publish('..2', withRetries(8));
    await until(() => retries() === 8);
    rmSync(join(folder, '..1'), { recursive: true });
    publish('..3', withRetries(9));
    await until(() => retries() === 9);
  });

  it('is read when a file that it includes changes, one that was included later too', async () => {
    const path = join(folder, 'config.yaml');
    mkdirSync(join(folder, 'parts'));
    writeFileSync(join(folder, 'parts', 'a.yaml'), withRetries(1));
    writeFileSync(join(folder, 'parts', 'b.yaml'), withRetries(2));
    writeFileSync(path, 'include: [parts/a.yaml]\n');
    await start(path);
    writeFileSync(join(folder, 'parts', 'a.yaml'), withRetries(5));
    await until(() => retries() === 5);
    writeFileSync(path, 'include: [parts/b.yaml]\n');
    await until(() => retries() === 2);
    writeFileSync(join(folder, 'parts', 'b.yaml'), withRetries(6));
    await until(() => retries() === 6);
  });

  it('is not used at all while it holds a mistake; that is said once, and the mended file is used', async () => {
    const path = join(folder, 'config.yaml');
    writeFileSync(path, withRetries(1));
    await start(path);
    const before = settings.current();
    writeFileSync(path, `litellm_settings: {drop_params: true}\n${withRetries('many')}`);
    await until(() => errors.length > 0);
    // The same content again, and a bystander in the same folder, are no news.
    writeFileSync(`${path}~`, `litellm_settings: {drop_params: true}\n${withRetries('many')}`);
    renameSync(`${path}~`, path);
    await pause(10 * settleMs);
    expect(settings.current()).toBe(before);
    expect(errors).toEqual([
      'The changed configuration is not used; the old one stays in force.',
      `${path}:2: router_settings.num_retries: expected a number, got text. Write for example \`num_retries: 2\`.`,
    ]);

    rmSync(path);
    await until(() => errors.some((line) => line.includes('there is no file')));
    expect(settings.current()).toBe(before);
    writeFileSync(path, withRetries(7));
    await until(() => retries() === 7);
  });

  it('warns by path of what needs a restart, and keeps it', async () => {
    const path = join(folder, 'config.yaml');
    writeFileSync(path, 'general_settings: {journal_dir: ./one}\n');
    await start(path);
    writeFileSync(path, `general_settings: {journal_dir: ./two}\n${withRetries(3)}`);
    await until(() => retries() === 3);
    expect(settings.general.journalDir).toBe('./one');
    expect(warnings).toEqual([
      `${path}: general_settings.journal_dir: warning: changed: restart the gateway to use it. The old value stays until then.`,
    ]);
  });

  it('is warned of once, not at every reload', async () => {
    const path = join(folder, 'config.yaml');
    writeFileSync(path, `frobnicate: 1\n${withRetries(1)}`);
    await start(path);
    writeFileSync(path, `# moved\nfrobnicate: 1\nbaz: 1\n${withRetries(2)}`);
    await until(() => retries() === 2);
    expect(warnings).toEqual([`${path}:3: baz: warning: unknown key: it has no effect. Remove it.`]);
  });

  it('is read on SIGHUP, where the file system tells nothing', async () => {
    const path = join(folder, 'config.yaml');
    writeFileSync(path, withRetries(1));
    await start(path);
    writeFileSync(path, withRetries(2));
    process.emit('SIGHUP', 'SIGHUP');
    expect(retries()).toBe(2);
  });
});

it('a closed app watches nothing more', async () => {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, withRetries(1));
  const before = process.listenerCount('SIGHUP');
  await start(path);
  await app.close();
  writeFileSync(path, withRetries(2));
  await pause(5 * settleMs);
  expect(retries()).toBe(1);
  expect(process.listenerCount('SIGHUP')).toBe(before);
});
