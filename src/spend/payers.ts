/** Whose money a request spends: the owners whose accounts its cost is added to, and the reservations that it goes against. */
import { memberOwner, ownerOf, proxyOwner, type Owner } from './owner.js';
import { storedName } from './stored-text.js';

/** As an intent or a row names them. */
export interface Payers {
  readonly organizationId?: string | null | undefined;
  readonly teamId?: string | null | undefined;
  readonly projectId?: string | null | undefined;
  readonly userId?: string | null | undefined;
  readonly apiKeyHash: string;
  readonly endUser?: string | null | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** A reservation that a request made on an account, out of the lease that its process has on it. */
export interface LeaseMark {
  /** The account. */
  readonly account: string;
  /** Of the lease. */
  readonly epoch: number;
  readonly nanos: bigint;
}

/** A client may send thousands of tags, each of which would be an account. */
export const mostChargedTags = 50;

/** In a fixed order: the proxy first, the tags last. What names nobody is left out. */
export function payersOf(payers: Payers): Owner[] {
  const { organizationId, teamId, projectId, userId, apiKeyHash, endUser, tags } = payers;
  const owners: Owner[] = [proxyOwner];
  const add = (kind: Parameters<typeof ownerOf>[0], id: string | null | undefined): void => {
    if (id) owners.push(ownerOf(kind, storedName(id)));
  };
  add('organization', organizationId);
  add('team', teamId);
  if (teamId && userId) owners.push(memberOwner(storedName(teamId), storedName(userId)));
  add('project', projectId);
  add('user', userId);
  add('key', apiKeyHash);
  add('customer', endUser);
  if (tags && tags.length > 0)
    for (const tag of new Set(tags.slice(0, mostChargedTags).map(storedName))) add('tag', tag);
  return owners;
}

/** What a settled request takes from its reservation; the rest goes back to the lease, what is beyond it is debt. */
export function takenFrom(reservedNanos: bigint, costNanos: bigint, isFinal: boolean): bigint {
  // A cost that is counted later may turn out higher: all that was reserved stays taken.
  return isFinal && costNanos < reservedNanos ? costNanos : reservedNanos;
}
