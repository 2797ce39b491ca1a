/** Redis over TLS: its certificate is checked, and one that nobody vouches for is not spoken to. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { Logger } from '@nestjs/common';
import { eventually } from '../../e2e/support/eventually.js';
import { RedisServer } from '../support/redis-server.js';
import { SharingRouter } from './sharing-router.js';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-redis-tls-'));
const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
const trusted = tls.getCACertificates('default');
const logged: string[] = [];
let server: RedisServer;

beforeAll(async () => {
  Logger.overrideLogger({ log: () => undefined, error: () => undefined, warn: (line: string) => logged.push(line) });
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', certificate];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...subject], {
    stdio: 'ignore',
  });
  server = await RedisServer.startWithTls(certificate, key);
}, 30_000);
afterAll(async () => {
  tls.setDefaultCACertificates(trusted);
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
});

it('is not spoken to where nobody vouches for its certificate', async () => {
  const router = await SharingRouter.start(server.options({ tls: true }));
  await eventually('the log says why', () => logged.length > 0);
  expect(logged).toEqual([expect.stringContaining('self-signed certificate')]);
  expect(router.redis.isUp).toBe(false);
  expect(await router.ask()).toBe('a');
  await router.stop();
});

it('is used like any other where somebody does', async () => {
  tls.setDefaultCACertificates([...trusted, readFileSync(certificate, 'utf8')]);
  const options = server.options({ tls: true });
  const [one, two] = [await SharingRouter.start(options), await SharingRouter.start(options)];
  await one.ask('upstream_rate_limited');
  await eventually('the other has heard', () => two.leftMs() > 0);
  await Promise.all([one.stop(), two.stop()]);
});
