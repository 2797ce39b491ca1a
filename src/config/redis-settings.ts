/** Where Redis is: from the file, and from the environment where the file does not say. */
import { errorAt, warningAt, type ConfigProblem } from './config-problem.js';
import type { Environment } from './environment-references.js';
import { originOf, type LocatedMap } from './located.js';
import { isRedisUrl } from './schema/redis.schema.js';
import type { WireRouterSettings } from './schema/routing.schema.js';
import { decodedPart } from './redis-address.js';

export interface RedisSettings {
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  readonly tls: boolean;
  /** What all names in Redis begin with. */
  readonly namespace: string;
}

const defaultPort = 6_379;

/** Undefined where nothing names a host. The parts of a URL go before the single settings, and those before the environment. */
export function resolveRedis(wire: WireRouterSettings, environment: Environment): RedisSettings | undefined {
  const written = wire.redis_url ?? (wire.redis_host === undefined ? validUrl(environment['REDIS_URL']) : undefined);
  const url = written === undefined ? null : URL.parse(written);
  const host = url?.hostname ?? wire.redis_host ?? nonEmpty(environment['REDIS_HOST']);
  if (host === undefined) return undefined;
  const username = decodedPart(url?.username) ?? wire.redis_username ?? nonEmpty(environment['REDIS_USERNAME']);
  const password = decodedPart(url?.password) ?? wire.redis_password ?? nonEmpty(environment['REDIS_PASSWORD']);
  return {
    // A URL has IPv6 addresses in brackets.
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: numberOf(url?.port) ?? wire.redis_port ?? portOf(environment['REDIS_PORT']) ?? defaultPort,
    username,
    password,
    database: numberOf(url?.pathname.slice(1)) ?? wire.redis_db ?? numberOf(environment['REDIS_DB']) ?? 0,
    tls: url?.protocol === 'rediss:' || (wire.redis_ssl ?? flagOf(environment['REDIS_SSL']) ?? false),
    namespace: wire.redis_namespace,
  };
}

/** What the environment gives must be fit for use, and what the file gives must have a use. */
export function checkRedis(
  root: LocatedMap,
  wire: WireRouterSettings,
  environment: Environment,
  problems: ConfigProblem[],
): void {
  const at = originOf(root, ['router_settings']);
  const fault = (name: string, expected: string): unknown =>
    problems.push(errorAt(at, `${name} in the environment is not ${expected}. Correct it.`));
  const { REDIS_URL: url, REDIS_PORT: port, REDIS_DB: db, REDIS_SSL: ssl } = environment;
  if (nonEmpty(url) !== undefined && validUrl(url) === undefined)
    fault('REDIS_URL', '`redis://...` or `rediss://...` (TLS)');
  if (resolveRedis(wire, environment) !== undefined) {
    if (wire.redis_port === undefined && nonEmpty(port) !== undefined && portOf(port) === undefined)
      fault('REDIS_PORT', 'a port');
    if (wire.redis_db === undefined && nonEmpty(db) !== undefined && numberOf(db) === undefined)
      fault('REDIS_DB', 'the number of a database');
    if (wire.redis_ssl === undefined && nonEmpty(ssl) !== undefined && flagOf(ssl) === undefined)
      fault('REDIS_SSL', '`true` or `false`');
    return;
  }
  for (const name of ['redis_port', 'redis_username', 'redis_password', 'redis_db', 'redis_ssl'] as const) {
    if (wire[name] !== undefined)
      problems.push(
        warningAt(originOf(root, ['router_settings', name]), 'has no effect without `redis_host` or `redis_url`.'),
      );
  }
}

function validUrl(url: string | undefined): string | undefined {
  return url !== undefined && isRedisUrl(url) ? url : undefined;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** In a cluster of Kubernetes that has a service by the name of `redis`, the variable is `tcp://10.0.0.7:6379`. */
function portOf(text: string | undefined): number | undefined {
  return numberOf(text?.replace(/^tcp:\/\/.*:/, ''));
}

function flagOf(text: string | undefined): boolean | undefined {
  if (/^(true|yes|on|1)$/i.test(text ?? '')) return true;
  return /^(false|no|off|0)$/i.test(text ?? '') ? false : undefined;
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
