/** Which deployments are out, as Redis keeps it for all processes, and how one change of it is told to them. */
import type { RedisService } from './redis.service.js';

/** One deployment that is, or was within the last hour, out. */
export interface Standing {
  readonly deployment: string;
  /** 0 or less where it is over. */
  readonly leftMs: number;
  /** Counts up with each opening of the deployment, so that a closing names the openings that it ends. */
  readonly opening: number;
}

/** What a process is told of a change, its own included. */
export type BreakerMessage =
  | ({ readonly event: 'opened'; readonly reason: string; readonly from: string } & Standing)
  | { readonly event: 'closed'; readonly deployment: string; readonly from: string };

export interface BreakerStore {
  /** Makes its time out as long as `forMs`, if it is not longer already, and tells all. Returns the number of the opening. */
  open(deployment: string, forMs: number, reason: string): Promise<number>;
  /** Ends the openings up to that one and tells all; where a later one stands, returns that and ends nothing. */
  close(deployment: string, opening: number): Promise<Standing | null>;
  read(): Promise<readonly Standing[]>;
}

/** A time out that is told by somebody is at most this long. */
export const longestOutMs = 86_400_000;

/**
 * KEYS: the ends of the times out, on the clock of Redis; the numbers of the openings.
 * A Redis that is full and takes no more writes tells the living processes all the same.
 */
const opening = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ends = now + tonumber(ARGV[2])
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if known and tonumber(known) > ends then ends = tonumber(known) end
local opening = (tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0) or 0) + 1
local kept = redis.pcall('ZADD', KEYS[1], ends, ARGV[1])
if type(kept) == 'table' and kept.err and not string.find(kept.err, 'OOM', 1, true) then return kept end
redis.pcall('HSET', KEYS[2], ARGV[1], opening)
for _, key in ipairs(KEYS) do redis.pcall('PEXPIRE', key, ARGV[6]) end
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - 3600000, 'LIMIT', 0, 100)) do
  redis.call('ZREM', KEYS[1], gone)
  redis.call('HDEL', KEYS[2], gone)
end
redis.call('PUBLISH', ARGV[5], cjson.encode({
  event = 'opened', deployment = ARGV[1], leftMs = ends - now, opening = opening, reason = ARGV[3], from = ARGV[4]
}))
return opening`;

const closing = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0) or 0
local ends = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or 0) or 0
if last > tonumber(ARGV[2]) and ends > now then return { ends - now, last } end
local kept = redis.pcall('ZADD', KEYS[1], 'XX', now, ARGV[1])
if type(kept) == 'table' and kept.err and not string.find(kept.err, 'OOM', 1, true) then return kept end
redis.call('PUBLISH', ARGV[4], cjson.encode({ event = 'closed', deployment = ARGV[1], from = ARGV[3] }))
return {}`;

const reading = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ends = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local answer = {}
for i = 1, #ends, 2 do
  answer[#answer + 1] = { ends[i], ends[i + 1] - now, tonumber(redis.call('HGET', KEYS[2], ends[i]) or 0) or 0 }
end
return answer`;

export class RedisBreakerStore implements BreakerStore {
  readonly channel: string;
  private readonly keys: readonly [ends: string, openings: string];

  /** @param self tells this process's messages apart from those of others */
  constructor(
    private readonly redis: RedisService,
    namespace: string,
    private readonly self: string,
  ) {
    this.channel = `${namespace}:breakers`;
    // In braces: a Redis of several shards keeps both in one.
    this.keys = [`{${namespace}:breakers}:ends`, `{${namespace}:breakers}:openings`];
  }

  async open(deployment: string, forMs: number, reason: string): Promise<number> {
    const ms = Math.ceil(Math.min(forMs, longestOutMs));
    const args = [deployment, ms, reason, this.self, this.channel, longestOutMs + 3_600_000];
    return Number(await this.redis.run((client) => client.eval(opening, 2, ...this.keys, ...args)));
  }

  async close(deployment: string, opening: number): Promise<Standing | null> {
    const args = [deployment, opening, this.self, this.channel];
    const answer = await this.redis.run((client) => client.eval(closing, 2, ...this.keys, ...args));
    const [leftMs, last] = answer as readonly number[];
    return leftMs === undefined || last === undefined ? null : { deployment, leftMs, opening: last };
  }

  async read(): Promise<readonly Standing[]> {
    const rows = await this.redis.run((client) => client.eval(reading, 2, ...this.keys));
    return (rows as readonly (readonly [string, number, number])[]).map(([deployment, leftMs, opening]) => ({
      deployment,
      leftMs,
      opening,
    }));
  }
}

/** Null for what is no message of this version: others may speak on the same channel. */
export function parseBreakerMessage(text: string): BreakerMessage | null {
  let message: Partial<Record<keyof Standing | 'event' | 'reason' | 'from', unknown>> | null;
  try {
    message = JSON.parse(text) as typeof message;
  } catch {
    return null;
  }
  const { event, deployment, from, leftMs, opening, reason } = message ?? {};
  if (typeof deployment !== 'string' || typeof from !== 'string') return null;
  if (event === 'closed') return { event, deployment, from };
  if (event !== 'opened' || typeof reason !== 'string') return null;
  if (typeof leftMs !== 'number' || typeof opening !== 'number' || leftMs <= 0) return null;
  return { event, deployment, from, reason, opening, leftMs: Math.min(leftMs, longestOutMs) };
}
