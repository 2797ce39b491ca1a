/** Where Redis is found: file before environment, a URL's parts before single settings, and no password in any message. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeProblems } from './config-problem.js';
import type { GatewayConfig } from './gateway-config.js';
import { checkConfig, loadConfig } from './load-config.js';
import type { RedisSettings } from './redis-settings.js';
import { SettingsService } from './settings.service.js';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-redis-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(router: object): string {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, JSON.stringify({ router_settings: router }));
  return path;
}

const environmentWith = (variables: Record<string, string>): Record<string, string> => ({
  TOLLGATE_MASTER_KEY: 'sk-0f9a7c3e5b1d48628e4c6a2d7b9f1e3c',
  ...variables,
});

function load(router: object, variables: Record<string, string> = {}): GatewayConfig {
  return loadConfig(write(router), environmentWith(variables));
}

function problems(router: object, variables: Record<string, string> = {}): string {
  return describeProblems(checkConfig(write(router), environmentWith(variables)));
}

const plain: RedisSettings = {
  host: 'redis.test',
  port: 6379,
  username: undefined,
  password: undefined,
  database: 0,
  tls: false,
  namespace: 'tollgate',
};

it('is nowhere by default', () => {
  expect(load({}).redis).toBeUndefined();
  expect(load({}, { REDIS_PASSWORD: 'x', REDIS_PORT: 'tcp://10.0.0.7:6379' }).redis).toBeUndefined();
});

it.each<[string, object, Record<string, string>, Partial<RedisSettings>]>([
  ['a host', { redis_host: 'redis.test' }, {}, {}],
  [
    'every single setting',
    {
      redis_host: 'redis.test',
      redis_port: '6380',
      redis_username: 'gate',
      redis_password: 'p',
      redis_db: 3,
      redis_ssl: 'yes',
      redis_namespace: 'blue',
    },
    {},
    { port: 6380, username: 'gate', password: 'p', database: 3, tls: true, namespace: 'blue' },
  ],
  [
    'a URL',
    { redis_url: 'rediss://gate:p%40ss@redis.test:6390/4' },
    {},
    { port: 6390, username: 'gate', password: 'p@ss', database: 4, tls: true },
  ],
  ['a URL with an IPv6 address', { redis_url: 'redis://[::1]' }, {}, { host: '::1' }],
  ['a URL with a stray percent sign', { redis_url: 'redis://:50%@redis.test' }, {}, { password: '50%' }],
  ['the environment’s host', {}, { REDIS_HOST: 'redis.test', REDIS_PORT: '7' }, { port: 7 }],
  ['the environment’s URL', {}, { REDIS_URL: 'redis://redis.test:8' }, { port: 8 }],
  [
    'the port of a service of Kubernetes',
    {},
    { REDIS_HOST: 'redis.test', REDIS_PORT: 'tcp://10.0.0.7:6381' },
    { port: 6381 },
  ],
  [
    'the file before the environment',
    { redis_host: 'redis.test' },
    { REDIS_URL: 'redis://other.test:9', REDIS_HOST: 'other.test' },
    {},
  ],
  [
    'a password from elsewhere for a URL without one',
    { redis_url: 'redis://redis.test' },
    { REDIS_PASSWORD: 'p', REDIS_USERNAME: 'gate', REDIS_DB: '2' },
    { password: 'p', username: 'gate', database: 2 },
  ],
])('is found by %s', (_, router, variables, expected) => {
  expect(load(router, variables).redis).toEqual({ ...plain, ...expected });
});

it.each<[object, Record<string, string>, string]>([
  [{ redis_url: 'http://hunter2@redis.test' }, {}, 'router_settings.redis_url: expected `redis://...`'],
  [{ redis_url: 'redis://:hunter2@redis.test/zero' }, {}, 'router_settings.redis_url: expected `redis://...`'],
  [{ redis_host: 'redis.test', redis_port: 70000 }, {}, 'router_settings.redis_port: expected a port up to 65535'],
  [{ redis_host: 'redis.test', redis_namespace: 'a b' }, {}, 'router_settings.redis_namespace: expected letters'],
  [{}, { REDIS_URL: ':hunter2@redis.test' }, 'REDIS_URL in the environment is not `redis://...`'],
  [{}, { REDIS_HOST: 'redis.test', REDIS_PORT: 'hunter2' }, 'REDIS_PORT in the environment is not a port'],
  [{}, { REDIS_HOST: 'redis.test', REDIS_DB: 'hunter2' }, 'REDIS_DB in the environment is not the number'],
  [{}, { REDIS_HOST: 'redis.test', REDIS_SSL: 'hunter2' }, 'REDIS_SSL in the environment is not `true` or `false`'],
])('refuses %j with %j, and repeats no secret', (router, variables, message) => {
  const printed = problems(router, variables);
  expect(printed).toContain(message);
  expect(printed).not.toContain('hunter2');
});

it('warns of settings without a host', () => {
  expect(problems({ redis_password: 'hunter2' })).toMatch(
    /router_settings\.redis_password: warning: has no effect without `redis_host` or `redis_url`\.$/,
  );
});

it('is not changed by a reload, which says that a restart is needed', () => {
  const settings = new SettingsService(load({ redis_host: 'redis.test', redis_password: 'hunter2' }));
  expect(settings.replace(load({ redis_host: 'redis.test', redis_password: 'hunter2' }))).toEqual([]);
  const warnings = describeProblems(settings.replace(load({ redis_host: 'redis.test', redis_password: 'hunter3' })));
  expect(warnings).toContain('router_settings.redis_*: warning: changed: restart the gateway to use it.');
  expect(warnings).not.toContain('hunter');
  expect(settings.current().redis?.password).toBe('hunter2');
});
