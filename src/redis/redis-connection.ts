/** Makes lines to Redis: one server, one that sentinels name, or a cluster; none of them queues what cannot be sent now. */
import { setTimeout as pause } from 'node:timers/promises';
import { Cluster, Redis, type CommonRedisOptions, type RedisOptions } from 'ioredis';
import type { RedisAddress, RedisLogin, RedisNode } from '../config/redis-address.js';
import type { Random } from '../core/spec/clock.js';

const connectTimeoutMs = 2_000;
const firstRetryMs = 100;
const longestRetryMs = 3_000;
const closeTimeoutMs = 500;

export interface LineOptions {
  /** A command without an answer for so long has failed. */
  readonly replyTimeoutMs: number;
  readonly random: Random;
}

export type RedisLine = Redis | Cluster;

/** Not connected yet. A command while there is no connection fails at once; the line connects again by itself for ever. */
export function singleLine(node: RedisNode, login: RedisLogin, options: LineOptions): Redis {
  return new Redis({ host: node.host, port: node.port, ...lineOptions(login, options) });
}

export function redisLine(address: RedisAddress, login: RedisLogin, options: LineOptions): RedisLine {
  switch (address.kind) {
    case 'single':
      return singleLine({ host: address.host, port: address.port }, login, options);
    case 'sentinel':
      return new Redis({
        ...lineOptions(login, options),
        sentinels: address.sentinels.map(({ host, port }) => ({ host, port })),
        name: address.service,
        ...(address.sentinelPassword !== undefined && { sentinelPassword: address.sentinelPassword }),
        ...(login.tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
        sentinelCommandTimeout: options.replyTimeoutMs,
        sentinelRetryStrategy: retryAfter(options.random),
      });
    case 'cluster': {
      // A cluster has one database.
      const { db: _db, retryStrategy, lazyConnect: _lazy, ...redisOptions } = lineOptions(login, options);
      return new Cluster(
        address.nodes.map(({ host, port }) => ({ host, port })),
        {
          lazyConnect: true,
          enableOfflineQueue: false,
          slotsRefreshTimeout: connectTimeoutMs,
          clusterRetryStrategy: retryStrategy,
          redisOptions,
        },
      );
    }
  }
}

/** The servers that hold keys of their own. */
export function mastersOf(line: RedisLine): readonly Redis[] {
  return line instanceof Cluster ? line.nodes('master') : [line];
}

/** Redis has answered, and said no. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

/** The message alone: ioredis' own errors carry the command that failed. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node reports a host with several addresses by an error without a message.
  return error.message || ('code' in error ? String(error.code) : error.name);
}

export async function closeLine(line: RedisLine): Promise<void> {
  const hasLine = line.status !== 'end' && line.status !== 'wait' && line.status !== 'reconnecting';
  const ended = new Promise<void>((resolve) => line.once('end', () => resolve()));
  line.disconnect();
  if (hasLine) await Promise.race([ended, pause(closeTimeoutMs * 2, undefined, { ref: false })]);
}

type Retry = (attempt: number) => number;

function retryAfter(random: Random): Retry {
  return (attempt) => Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempt - 1, 10)) * (0.5 + random() / 2);
}

function lineOptions(
  { username, password, database, tls }: RedisLogin,
  { replyTimeoutMs, random }: LineOptions,
): CommonRedisOptions & RedisOptions & { readonly retryStrategy: Retry } {
  return {
    db: database,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    commandTimeout: replyTimeoutMs,
    disconnectTimeout: closeTimeoutMs,
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    disableClientInfo: true,
    retryStrategy: retryAfter(random),
  };
}
