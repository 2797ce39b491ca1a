import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readExportSettings } from './export-settings.js';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-export-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const pem = (type: 'ed25519' | 'x25519'): string =>
  (type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519')).privateKey
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
afterAll(() => rmSync(folder, { recursive: true }));

const P = 'TOLLGATE_AUDIT_EXPORT';
const base = { [`${P}_SIGNING_KEY_FILE`]: file('key.pem', pem('ed25519')), [`${P}_SYSLOG`]: 'tls://logs.example' };
const aws = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };

it('has its defaults', () => {
  expect(readExportSettings(base)).toMatchObject({
    syslog: { host: 'logs.example', port: 6514, tls: true, ca: undefined, enterpriseNumber: 32473 },
    webhook: undefined,
    s3: undefined,
    checkpoints: { everyEntries: 1_000n, everyMs: 600_000 },
  });
  expect(readExportSettings({ ...base, [`${P}_SYSLOG`]: 'tcp://[::1]:5000' }).syslog).toMatchObject({
    host: '::1',
    port: 5000,
    tls: false,
  });
});

it('a bucket is at AWS, or in the path of a compatible store', () => {
  const s3 = (more: object): unknown =>
    readExportSettings({ ...base, ...aws, [`${P}_S3`]: 's3://logs/audit', ...more }).s3;
  expect(s3({ AWS_REGION: 'eu-central-1' })).toMatchObject({
    origin: 'https://logs.s3.eu-central-1.amazonaws.com',
    basePath: '',
    prefix: 'audit/',
  });
  expect(s3({ [`${P}_S3_ENDPOINT`]: 'http://store:9000/' })).toMatchObject({
    origin: 'http://store:9000',
    basePath: '/logs',
    region: 'us-east-1',
  });
});

it.each([
  [{ [`${P}_SYSLOG`]: '' }, /nowhere to export to/],
  [{ [`${P}_SYSLOG`]: 'udp://x' }, /_SYSLOG is no address/],
  [{ [`${P}_SYSLOG_CA_FILE`]: '/nowhere' }, /_CA_FILE cannot be read \(ENOENT\)/],
  [{ [`${P}_WEBHOOK`]: 'ftp://x' }, /_WEBHOOK is no address/],
  [{ [`${P}_WEBHOOK`]: 'https://x', [`${P}_WEBHOOK_SECRET`]: 'short' }, /_WEBHOOK_SECRET/],
  [{ [`${P}_S3`]: 'logs' }, /_S3 is no place/],
  [{ [`${P}_S3`]: 's3://logs/a?b' }, /_S3 is no place/],
  [{ [`${P}_S3`]: 's3://logs' }, /AWS_ACCESS_KEY_ID/],
  [{ [`${P}_SIGNING_KEY_FILE`]: '' }, /_SIGNING_KEY_FILE is not set/],
  [{ [`${P}_SIGNING_KEY_FILE`]: file('x.pem', pem('x25519')) }, /no Ed25519 private key/],
  [{ [`${P}_SIGNING_KEY_FILE`]: file('y.pem', 'secret text') }, /no Ed25519 private key/],
  [{ [`${P}_CHECKPOINT_ENTRIES`]: '0' }, /must be a whole number/],
])('%j is refused with what to do', (change, message) => {
  expect(() => readExportSettings({ ...base, ...change })).toThrow(message);
});
