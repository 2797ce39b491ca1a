/** Counts rates for all processes in Redis: one script takes everything that a request needs, or nothing. */
import { createHash } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { RateClaim, RateCorrection, RateReading, RateResult, RateStore } from '../core/spec/index.js';
import { REDIS_OPTIONS, type RedisOptions } from './redis-options.js';
import { RedisService } from './redis.service.js';

interface Script {
  readonly text: string;
  /** SHA-1, by which Redis knows a script that it has run. */
  readonly sha: string;
}

function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/**
 * KEYS: one for each claim. ARGV: the holder, then for each claim: 1 where it counts while the request runs, limit, window, amount, least.
 * Windows are hashes of their start and what is used; running requests a sorted set of holders by when they are no longer believed in.
 */
const taking = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local readings = {}
for i, key in ipairs(KEYS) do
  local at = 2 + (i - 1) * 5
  local limit, window, amount, least = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  local used, start, taken, reset
  if ARGV[at] == '1' then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
    used, start, reset = redis.call('ZCARD', key), 0, 0
    taken = used < limit and 1 or 0
  else
    local known = redis.call('HMGET', key, 'start', 'used')
    start, used = tonumber(known[1]), tonumber(known[2])
    if not start or now - start >= window then start, used = now, 0 end
    reset = start + window - now
    local room = limit - used
    taken = 0
    if room >= least then taken = math.min(amount, math.max(least, room)) end
  end
  readings[i] = { used, taken, start, reset }
  if taken < least or taken <= 0 then return { i, readings } end
end
for i, key in ipairs(KEYS) do
  local at = 2 + (i - 1) * 5
  local reading = readings[i]
  reading[1] = reading[1] + reading[2]
  if ARGV[at] == '1' then
    redis.call('ZADD', key, now + tonumber(ARGV[at + 2]), ARGV[1])
    redis.call('PEXPIRE', key, ARGV[at + 2])
  else
    redis.call('HSET', key, 'start', string.format('%.0f', reading[3]), 'used', string.format('%.0f', reading[1]))
    redis.call('PEXPIRE', key, reading[4])
  end
end
return { 0, readings }`);

/** KEYS: those of the corrections, then those of running requests. ARGV: holder, number of corrections, then for each: window, delta. */
const settling = script(`
local corrections = tonumber(ARGV[2])
for i, key in ipairs(KEYS) do
  if i > corrections then
    redis.call('ZREM', key, ARGV[1])
  elseif redis.call('HGET', key, 'start') == ARGV[1 + i * 2] then
    if redis.call('HINCRBY', key, 'used', ARGV[2 + i * 2]) < 0 then redis.call('HSET', key, 'used', '0') end
  end
end
return 1`);

/** KEYS: sets of running requests. ARGV: how long they are believed in, then for each key the number of its holders and they themselves. */
const renewing = script(`
local time = redis.call('TIME')
local untilWhen = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[1])
local at = 2
for _, key in ipairs(KEYS) do
  local count = tonumber(ARGV[at])
  for i = at + 1, at + count do redis.call('ZADD', key, 'XX', untilWhen, ARGV[i]) end
  redis.call('PEXPIRE', key, ARGV[1])
  at = at + count + 1
end
return 1`);

const renewEveryMs = 20_000;
/** Holders in one script: Redis serves nobody else meanwhile. */
const renewBatch = 500;

@Injectable()
export class RedisRateStore implements RateStore, OnModuleInit, OnApplicationShutdown {
  /** By the key in Redis: the requests of this process that run, and how long they are believed in. */
  readonly #running = new Map<string, { readonly holders: Set<string>; readonly windowMs: number }>();
  readonly #prefix: string;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly redis: RedisService,
    @Inject(REDIS_OPTIONS) { namespace }: RedisOptions,
  ) {
    // In braces: a script's keys have to be in one place.
    this.#prefix = `{${namespace}:rates}:`;
  }

  onModuleInit(): void {
    this.#timer = setInterval(() => void this.renew(), renewEveryMs);
    this.#timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  /** @throws RedisUnavailable, or what Redis says where it refuses */
  async take(holder: string, claims: readonly RateClaim[]): Promise<RateResult> {
    const keys = claims.map(({ key }) => this.#prefix + key);
    const args = claims.flatMap(({ counts, limit, windowMs, amount, least }) => [
      counts === 'while_running' ? 1 : 0,
      limit,
      windowMs,
      amount,
      least,
    ]);
    const answer = await this.#run(taking, keys, [holder, ...args]);
    const [refused, rows] = answer as readonly [number, readonly (readonly [number, number, number, number])[]];
    const readings: RateReading[] = rows.map(([used, taken, window, resetMs]) => ({ used, taken, window, resetMs }));
    if (refused > 0) return { refusedBy: refused - 1, readings };
    claims.forEach(({ counts, windowMs }, place) => {
      if (counts === 'while_running') this.#hold(keys[place] ?? '', holder, windowMs);
    });
    return { refusedBy: undefined, readings };
  }

  settle(holder: string, corrections: readonly RateCorrection[], running: readonly string[]): void {
    const keys = [...corrections, ...running.map((key) => ({ key }))].map(({ key }) => this.#prefix + key);
    for (const key of running) this.#letGo(this.#prefix + key, holder);
    const args = corrections.flatMap(({ window, delta }) => [window, delta]);
    // A Redis that is away forgets: windows end, and who is not renewed is no longer believed in.
    this.#run(settling, keys, [holder, corrections.length, ...args]).catch(() => undefined);
  }

  #hold(key: string, holder: string, windowMs: number): void {
    const known = this.#running.get(key);
    if (known) known.holders.add(holder);
    else this.#running.set(key, { holders: new Set([holder]), windowMs });
  }

  #letGo(key: string, holder: string): void {
    const known = this.#running.get(key);
    known?.holders.delete(holder);
    if (known?.holders.size === 0) this.#running.delete(key);
  }

  /** Tells Redis which requests still run. */
  async renew(): Promise<void> {
    for (const [key, { holders, windowMs }] of this.#running) {
      const all = [...holders];
      for (let from = 0; from < all.length; from += renewBatch) {
        const batch = all.slice(from, from + renewBatch);
        try {
          await this.#run(renewing, [key], [windowMs, batch.length, ...batch]);
        } catch {
          // Tried again with the next round, well before anybody is given up.
          return;
        }
      }
    }
  }

  #run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.redis.run(async (client) => {
      try {
        return await client.evalsha(script.sha, keys.length, ...keys, ...args);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return client.eval(script.text, keys.length, ...keys, ...args);
      }
    });
  }
}
