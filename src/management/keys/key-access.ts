/** Who may see, change, renew and end a key, and what a caller hears who may not. Pure rules. */
import { mayChange, maySee, type AccessScope, type Ownership } from '../../auth/scope/access-scope.js';
import { GatewayError } from '../../core/errors/gateway-error.js';

/** Proxy admins, the admins of its team, and those of its organization. */
export function administersKey(scope: AccessScope, { teamId, organizationId }: Ownership): boolean {
  return mayChange(scope, { teamId, organizationId });
}

/** Its owner and its administrators; within a team, whoever the team lets. */
export function mayUpdateKey(scope: AccessScope, owned: Ownership, route: string): boolean {
  return mayChange(scope, owned, route);
}

/** As for updates; and everybody may give their own key up, or a new value. */
export function mayRenewKey(scope: AccessScope, owned: Ownership, route: string): boolean {
  return mayChange(scope, owned, route) || mayChange(scope, { userId: owned.userId });
}

/** A key shows itself; beyond that its owner, its administrators, and the members of its team where the team lets them. */
export function maySeeKey(scope: AccessScope, owned: Ownership, token: string): boolean {
  if (token === scope.principal.keyHash || maySee(scope, owned)) return true;
  return owned.teamId != null && (scope.teams.get(owned.teamId)?.permissions.includes('/key/info') ?? false);
}

/** A foreign key and one that does not exist are the same to whoever does not see all of them. */
export function noSuchKey(scope: AccessScope, param = 'key'): GatewayError {
  return scope.everything === 'none'
    ? forbiddenKey(param)
    : new GatewayError('object_not_found', { param, facts: { reason: 'Key not found in database' } });
}

export function forbiddenKey(param = 'key'): GatewayError {
  return new GatewayError('forbidden', { param, facts: { reason: 'You are not allowed to access this key.' } });
}
