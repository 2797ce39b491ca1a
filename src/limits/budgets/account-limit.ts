/** How much an account may spend, and what to say where it has. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock } from '../../core/spec/clock.js';
import { usdFromNanos } from '../../core/pricing/money.js';
import { idOf, kindOf, type OwnerKind } from '../definitions/owner.js';
import type { AccountReading } from './budget-store.js';

/** At these, a budget that is spent to the last bit still lets pass what costs nothing. */
const passesAtLimit: ReadonlySet<OwnerKind> = new Set(['team', 'tag', 'customer', 'proxy']);

const names: Readonly<Record<OwnerKind, string>> = {
  proxy: 'Proxy',
  organization: 'Organization',
  team: 'Team',
  member: 'Team member',
  project: 'Project',
  user: 'User',
  key: 'Key',
  customer: 'End User',
  tag: 'Tag',
  deployment: 'Deployment',
  provider: 'Provider',
};

/** What may be spent now; undefined where there is no limit. */
export function limitOf(
  { maxNanos, increaseNanos, increaseUntil }: Pick<AccountReading, 'maxNanos' | 'increaseNanos' | 'increaseUntil'>,
  clock: Pick<Clock, 'now'>,
): bigint | undefined {
  if (maxNanos === null) return undefined;
  const isIncreased = increaseNanos !== null && (increaseUntil === null || increaseUntil.getTime() > clock.now());
  return isIncreased ? maxNanos + increaseNanos : maxNanos;
}

/** Whether so much spent leaves no room for a request that costs at least `leastNanos`. */
export function isOverBudget(id: string, spentNanos: bigint, leastNanos: bigint, limitNanos: bigint): boolean {
  if (spentNanos + leastNanos > limitNanos) return true;
  if (spentNanos < limitNanos) return false;
  const isMainAccount = !id.includes('/w/') && !id.includes('/m/');
  return !(isMainAccount && passesAtLimit.has(kindOf(id)));
}

export interface Exceeded {
  readonly account: Pick<AccountReading, 'owner' | 'model' | 'resetAt'>;
  readonly spentNanos: bigint;
  readonly limitNanos: bigint;
  /** The key's alias, which says more than its hash. */
  readonly alias?: string | undefined;
}

/** Money is spent: until the next window, asking again is in vain. */
export function budgetExceeded({ account, spentNanos, limitNanos, alias }: Exceeded, status?: number): GatewayError {
  const kind = kindOf(account.owner);
  const name = (kind === 'key' ? alias : undefined) ?? shownId(account.owner);
  const [spent, limit] = [usdFromNanos(spentNanos), usdFromNanos(limitNanos)];
  const who = `${names[kind]}=${name}${account.model === null ? '' : `, Model=${account.model}`}`;
  const message =
    kind === 'user' || kind === 'customer'
      ? `ExceededBudget: ${who} over budget. Spend=${spent}, Budget=${limit}`
      : `Budget has been exceeded! ${who} Current cost: ${spent}, Max budget: ${limit}`;
  return new GatewayError('budget_exceeded', { message, ...(status !== undefined && { status }) });
}

/** Others have reserved what is left: it is free again once their requests have ended. */
export function budgetReserved({ owner }: Pick<AccountReading, 'owner'>): GatewayError {
  return new GatewayError('budget_reserved', { facts: { who: names[kindOf(owner)] }, retryAfterMs: 1_000 });
}

function shownId(owner: string): string {
  const id = idOf(owner);
  // A hash says nothing to whoever reads it, and its end is enough to find the key by.
  return kindOf(owner) === 'key' ? `${id.slice(0, 8)}...` : kindOf(owner) === 'member' ? decodeURIComponent(id) : id;
}
