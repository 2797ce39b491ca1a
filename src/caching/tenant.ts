/** Who may get each other's answers. */
import type { CachePolicy } from '../config/cache-settings.js';

/** Whose request it is. */
export interface CacheOwner {
  readonly keyHash: string;
  readonly userId: string | undefined;
  readonly teamId: string | undefined;
  /** The customer that a request is made for. */
  readonly endUser: string | undefined;
}

/** Never the same text for two who are kept apart: kinds and lengths are part of it. */
export function tenantOf(
  owner: CacheOwner,
  { scope, keepsCustomersApart }: Pick<CachePolicy, 'scope' | 'keepsCustomersApart'>,
): string {
  return JSON.stringify([...shareOf(owner, scope), keepsCustomersApart ? (owner.endUser ?? null) : null]);
}

function shareOf({ keyHash, userId, teamId }: CacheOwner, scope: CachePolicy['scope']): readonly string[] {
  if (scope === 'shared') return ['shared', ''];
  if (scope === 'team' && teamId !== undefined) return ['team', teamId];
  if (scope !== 'key' && userId !== undefined) return ['user', userId];
  return ['key', keyHash];
}
