/** Licensed features in the running gateway: switched on with a licence they work; without one the gateway starts, works, and says what is off. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger, type LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '../../src/config/load-config.js';
import { createApp } from '../../src/create-app.js';
import { ManagementWrites } from '../../src/management/writes/management-writes.service.js';
import { commandActor } from '../../src/management/writes/actor.js';
import { masterKey } from '../../test/e2e/support/gateway.js';
import { send, type Answer } from '../../test/e2e/support/http-client.js';
import { eventually } from '../../test/e2e/support/eventually.js';

jest.setTimeout(30_000);

const mockPair = generateKeyPairSync('ed25519');
jest.mock('../licence/public-keys.js', () => ({
  get licencePublicKeys() {
    return [mockPair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')];
  },
}));

function licence(features: readonly string[], expires = '2100-01-01T00:00:00Z'): string {
  const claims = Buffer.from(JSON.stringify({ customer: 'Acme', features, expires })).toString('base64url');
  const text = `tollgate1.${claims}`;
  return `${text}.${sign(null, Buffer.from(text), mockPair.privateKey).toString('base64url')}`;
}

const folder = mkdtempSync(join(tmpdir(), 'tollgate-licence-'));
const keyFile = join(folder, 'signing-key.pem');
writeFileSync(keyFile, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
const received: unknown[] = [];
let hook: Server;
let started = 0;

beforeAll(async () => {
  hook = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => received.push(chunk.toString())).on('end', () => response.end());
  });
  await new Promise<void>((listening) => hook.listen(0, '127.0.0.1', listening));
});
afterAll(async () => {
  hook.closeAllConnections();
  await new Promise((closed) => hook.close(closed));
  rmSync(folder, { recursive: true });
  Logger.overrideLogger(false);
});

interface Started {
  readonly app: NestFastifyApplication;
  readonly errors: string[];
  get(path: string): Promise<Answer>;
}

async function start(variables: Readonly<Record<string, string>>): Promise<Started> {
  started += 1;
  const file = join(folder, `config-${started}.yaml`);
  const settings = {
    general_settings: {
      master_key: masterKey,
      database_url: `file:${folder}/${started}.db`,
      journal_dir: `${folder}/journal-${started}`,
    },
  };
  writeFileSync(file, JSON.stringify(settings));
  const errors: string[] = [];
  const ignore = (): void => undefined;
  const logger: LoggerService = { log: ignore, warn: ignore, error: (message) => errors.push(String(message)) };
  const app = await createApp({ config: loadConfig(file, variables), spend: { writer: 'in-process' } }, logger);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const headers = { authorization: `Bearer ${masterKey}` };
  return { app, errors, get: (path) => send(port, { method: 'GET', path, headers }) };
}

const exportSettings = (): Record<string, string> => ({
  TOLLGATE_AUDIT_EXPORT: '1',
  TOLLGATE_AUDIT_EXPORT_WEBHOOK: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/siem`,
  TOLLGATE_AUDIT_EXPORT_WEBHOOK_SECRET: 'a-shared-secret-of-the-test',
  TOLLGATE_AUDIT_EXPORT_SIGNING_KEY_FILE: keyFile,
});

it('with a licence the audit log is exported, and health says how far', async () => {
  const gateway = await start({ TOLLGATE_LICENSE: licence(['audit_export']), ...exportSettings() });
  await gateway.app.get(ManagementWrites).run(commandActor('ada'), async ({ audit }) => {
    audit({ action: 'tag.new', objectKind: 'tag', objectId: 'exported-tag', after: { password: 'not-to-be-seen' } });
  });
  await eventually('the entry arrives', () => received.join('').includes('exported-tag'));
  expect(received.join('')).not.toContain('not-to-be-seen');
  const health = async () => (await gateway.get('/health/license')).json as Record<string, unknown>;
  await eventually('health tells of it', async () => JSON.stringify(await health()).includes('"exported_up_to":1'));
  expect(await health()).toEqual({
    has_license: true,
    customer: 'Acme',
    expiration_date: '2100-01-01T00:00:00.000Z',
    allowed_features: ['audit_export'],
    features: [{ feature: 'audit_export', on: true, reason: null }],
    audit_export: [{ sink: 'webhook', exported_up_to: 1, is_exporting: true, last_error: null }],
  });
  expect(gateway.errors).toEqual([]);
  await gateway.app.close();
});

it.each([
  ['no licence', '', /there is none/],
  ['a licence that has ended', licence(['audit_export'], '2020-01-01T00:00:00Z'), /ended on 2020-01-01/],
  ['a licence for something else', licence(['sso']), /does not cover audit_export/],
  ['a licence that is none', 'free', /is no licence/],
])('with %s the gateway starts and the feature is off; the log says so once, and health', async (_, token, reason) => {
  const before = received.length;
  const gateway = await start({ ...exportSettings(), ...(token !== '' && { TOLLGATE_LICENSE: token }) });
  const { features, audit_export: sinks } = (await gateway.get('/health/license')).json as Record<string, unknown>;
  expect(features).toEqual([{ feature: 'audit_export', on: false, reason: expect.stringMatching(reason) }]);
  expect(sinks).toEqual([]);
  expect(gateway.errors).toEqual([expect.stringMatching(reason)]);
  expect((await gateway.get('/health/readiness')).status).toBe(200);
  await gateway.app.close();
  expect(received.length).toBe(before);
});

it('settings that cannot be used are told, and the gateway starts', async () => {
  const gateway = await start({ TOLLGATE_LICENSE: licence(['*']), TOLLGATE_AUDIT_EXPORT: 'true' });
  expect(gateway.errors).toEqual([expect.stringMatching(/TOLLGATE_AUDIT_EXPORT_SIGNING_KEY_FILE is not set/)]);
  expect((await gateway.get('/health/readiness')).status).toBe(200);
  await gateway.app.close();
});

it('nothing of it is there where nothing is switched on', async () => {
  const gateway = await start({});
  expect((await gateway.get('/health/license')).status).toBe(404);
  await gateway.app.close();
});
