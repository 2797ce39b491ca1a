/** What all processes have asked of each deployment, as Redis counts it: in slots of five seconds of its own clock, kept for over a minute. */
import type { RedisService } from './redis.service.js';

export const slotMs = 5_000;
/** As many as a limit looks back. */
export const slotsKept = 12;

export interface Usage {
  readonly requests: number;
  readonly tokens: number;
}

export type UsageByDeployment = ReadonlyMap<string, Usage>;

export interface UsageReply {
  /** The slot of now, to which the given amounts were added. */
  readonly slot: number;
  /** The totals of the wanted slots, the oldest first. */
  readonly slots: readonly { readonly slot: number; readonly totals: UsageByDeployment }[];
}

export interface UsageStore {
  /** Adds to the slot of now, and reads the totals of the slots from `since` on, as far as they are kept. */
  exchange(added: UsageByDeployment, since: number): Promise<UsageReply>;
}

/** KEYS: what the names of the slots begin with. ARGV: the first slot that is wanted, then a deployment, its requests and its tokens, and so on. */
const exchanging = `
local time = redis.call('TIME')
local slot = math.floor((time[1] * 1000 + time[2] / 1000) / ${slotMs})
local name = function(number) return KEYS[1] .. string.format('%d', number) end
for i = 2, #ARGV, 3 do
  if ARGV[i + 1] ~= '0' then redis.call('HINCRBY', name(slot), 'r' .. ARGV[i], ARGV[i + 1]) end
  if ARGV[i + 2] ~= '0' then redis.call('HINCRBY', name(slot), 't' .. ARGV[i], ARGV[i + 2]) end
end
if #ARGV > 1 then redis.call('PEXPIRE', name(slot), ${slotMs * (slotsKept + 2)}) end
local answer = { slot }
for number = math.max(tonumber(ARGV[1]), slot - ${slotsKept - 1}), slot do
  local totals = redis.call('HGETALL', name(number))
  if #totals > 0 then
    answer[#answer + 1] = number
    answer[#answer + 1] = totals
  end
end
return answer`;

export class RedisUsageStore implements UsageStore {
  private readonly prefix: string;

  constructor(
    private readonly redis: RedisService,
    namespace: string,
  ) {
    // In braces: a Redis of several shards keeps all slots in one.
    this.prefix = `{${namespace}:usage}:`;
  }

  async exchange(added: UsageByDeployment, since: number): Promise<UsageReply> {
    const args = [...added].flatMap(([deployment, { requests, tokens }]) => [deployment, requests, tokens]);
    const answer = await this.redis.run((client) => client.eval(exchanging, 1, this.prefix, since, ...args));
    const [slot, ...rest] = answer as [number, ...(number | readonly string[])[]];
    const slots: { slot: number; totals: UsageByDeployment }[] = [];
    for (let index = 0; index < rest.length; index += 2) {
      slots.push({ slot: rest[index] as number, totals: totalsOf(rest[index + 1] as readonly string[]) });
    }
    return { slot, slots };
  }
}

/** `r` and `t` before the name of the deployment stand for its requests and its tokens. */
function totalsOf(fields: readonly string[]): UsageByDeployment {
  const totals = new Map<string, Usage>();
  for (let index = 0; index < fields.length; index += 2) {
    const [field = '', count = '0'] = fields.slice(index, index + 2);
    const deployment = field.slice(1);
    const before = totals.get(deployment) ?? none;
    totals.set(deployment, { ...before, [field.startsWith('r') ? 'requests' : 'tokens']: Number(count) });
  }
  return totals;
}

export const none: Usage = { requests: 0, tokens: 0 };
