/** Unmodified `openai` clients from npm and PyPI upload files, run batches of them and fetch the answers, each as a key of its own. */
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lineOf } from '../e2e/files-and-batches/object-client.js';
import { GatewayClient } from '../e2e/kill/gateway-client.js';
import { GatewayFolder, GatewayProcess, newMasterKey, projectRoot } from '../e2e/kill/gateway-process.js';
import { BatchProvider } from '../e2e/support/batch-provider.js';
import { eventually } from '../integration/support/databases.js';
import type { ObjectClientOptions } from './npm-files-and-batches.js';

const provider = new BatchProvider();
provider.finishesAfter = 2;
const folder = new GatewayFolder();
const masterKey = newMasterKey();
let gateway: GatewayProcess;
let admin: GatewayClient;

beforeAll(async () => {
  const url = await provider.listen();
  folder.writeConfig({
    model_list: [
      { model_name: 'mini', litellm_params: { model: 'openai/gpt-4o-mini', api_base: `${url}/v1`, api_key: 'k' } },
    ],
    general_settings: { master_key: masterKey, proxy_batch_polling_interval: 0.5 },
  });
  gateway = await GatewayProcess.start(folder);
  admin = new GatewayClient(await gateway.listening(), masterKey);
}, 40_000);
afterAll(async () => {
  await gateway.stop();
  await provider.close();
  folder.remove();
}, 30_000);

function python(): string {
  const path = join(projectRoot, '.venv/bin/python');
  if (existsSync(path)) return path;
  throw new Error(`There is no ${path}: run scripts/python-venv.sh, which needs python3 with venv.`);
}

interface SpendRow {
  readonly call_type: string;
  readonly spend: number;
  readonly total_tokens: number;
}

describe.each([
  ['npm', () => process.execPath, 'npm-files-and-batches.ts'],
  ['PyPI', python, 'pypi_files_and_batches.py'],
])('the openai client from %s', (name, command, program) => {
  let options: ObjectClientOptions;
  let report: Record<string, unknown>;

  beforeAll(async () => {
    const inputPath = join(folder.path, `input-${name}.jsonl`);
    writeFileSync(inputPath, lineOf('mini', 'a') + lineOf('mini', 'b'));
    const key = await admin.generateKey({ key_alias: name });
    options = { baseUrl: `${admin.url}/v1`, key, otherKey: await admin.generateKey(), inputPath };
    // In a process of its own, and with answers that are not all ASCII whatever the machine's locale is.
    const env = { PATH: process.env['PATH'] ?? '', PYTHONIOENCODING: 'utf-8', PYTHONDONTWRITEBYTECODE: '1' };
    const args = [join(__dirname, program), JSON.stringify(options)];
    const { stdout } = await promisify(execFile)(command(), args, { env });
    report = JSON.parse(stdout) as Record<string, unknown>;
  }, 60_000);

  test.each(
    Object.entries({
      input: ['file', 'batch', `input-${name}.jsonl`, true],
      kept: '{"a":1}',
      retrieved: true,
      batch: ['batch', 'validating', { team: 'one' }, true],
      done: ['completed', true, null],
      answers: ['gpt-4o-mini', 'gpt-4o-mini'],
      names: [`input-${name}.jsonl`, 'zoë.json', 'batch_output.jsonl'],
      batches: true,
      cancelled: 'cancelling',
      deleted: [true, true],
      gone: 'NotFoundError 404',
      ofOthers: Array.from({ length: 4 }, () => 'NotFoundError 404'),
      noPurpose: 'BadRequestError 400',
      noInput: 'NotFoundError 404',
    }),
  )('%s', (scenario, expected) => {
    expect(report[scenario]).toEqual(expected);
  });

  test('pays once for what the batch has used', async () => {
    const path = `/spend/logs/v2?api_key=${options.key}`;
    const rows = async (): Promise<readonly SpendRow[]> => (await admin.get(path)).json['data'] as readonly SpendRow[];
    await eventually('the batch is charged', async () => (await rows()).length > 0);
    // Two lines of 1,000 tokens at $0.075 a million and 500 at $0.30 a million.
    expect((await rows())[0]).toMatchObject({ call_type: 'aretrieve_batch', total_tokens: 3000, spend: 0.00045 });
  });
});
