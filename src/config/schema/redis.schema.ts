/** The members of `router_settings` that say where Redis is: over it processes share what they know. */
import { described, flag, text, wholeNumber } from './fields.js';

const highestPort = 65_535;

export const redisSettings = {
  redis_url: described(text().refine(isRedisUrl, 'expected `redis://...`, or `rediss://...` for TLS').optional(), {
    description:
      "The Redis over which processes share what they know, see docs/redis.md. Without it `redis_host`, then the environment's `REDIS_URL` and `REDIS_HOST`; with none of them each process is by itself.",
    example: 'redis://:password@redis.internal:6379/0',
    startOnly: true,
  }),
  redis_host: described(text().optional(), {
    description: 'In place of `redis_url`.',
    example: 'redis.internal',
    startOnly: true,
  }),
  redis_port: described(
    wholeNumber(1)
      .refine((port) => port <= highestPort, `expected a port up to ${highestPort}`)
      .optional(),
    {
      description: "Without it the environment's `REDIS_PORT`, then 6379.",
      example: 6379,
      startOnly: true,
    },
  ),
  redis_username: described(text().optional(), {
    description: "Without it the environment's `REDIS_USERNAME`, then Redis' default user.",
    example: 'tollgate',
    startOnly: true,
  }),
  redis_password: described(text().optional(), {
    description: "Without it the environment's `REDIS_PASSWORD`.",
    example: 'os.environ/REDIS_PASSWORD',
    startOnly: true,
  }),
  redis_db: described(wholeNumber().optional(), {
    description: "The number of the database within Redis. Without it the environment's `REDIS_DB`, then 0.",
    example: 0,
    startOnly: true,
  }),
  redis_ssl: described(flag().optional(), {
    description: "Whether to speak TLS. Without it the environment's `REDIS_SSL`, then as `redis_url` says.",
    example: true,
    startOnly: true,
  }),
  redis_namespace: described(
    text()
      .refine((name) => /^[\w.:-]+$/.test(name), 'expected letters, digits and `_ . : -`')
      .default('tollgate'),
    {
      description: 'What all names in Redis begin with. Gateways share what they know if they have the same one.',
      example: 'tollgate-production',
      startOnly: true,
    },
  ),
} as const;

/** `redis://` or `rediss://`, a host, and no path but the number of a database. */
export function isRedisUrl(url: string): boolean {
  const parsed = URL.parse(url);
  return (
    parsed !== null && /^rediss?:$/.test(parsed.protocol) && parsed.hostname !== '' && /^\/?\d*$/.test(parsed.pathname)
  );
}
