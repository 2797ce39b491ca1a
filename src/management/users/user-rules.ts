/** Who may see and change which users. Pure rules. */
import { mayUseModel } from '../../auth/model-access.js';
import { maySee, type AccessScope } from '../../auth/scope/access-scope.js';
import { GatewayError } from '../../core/errors/gateway-error.js';

export const userRoles = ['proxy_admin', 'proxy_admin_viewer', 'internal_user', 'internal_user_viewer'] as const;
export type UserRole = (typeof userRoles)[number];

/** What admins of organizations may make of somebody. */
const ordinaryRoles: ReadonlySet<string> = new Set(['internal_user', 'internal_user_viewer']);

export function isOrdinary(role: string): boolean {
  return ordinaryRoles.has(role);
}

/** A user as far as the rules look at it. */
export interface UserTarget {
  readonly id: string;
  readonly role: string;
  readonly organizations: readonly string[];
  readonly teams: readonly { readonly id: string; readonly organizationId: string | null }[];
}

/** Oneself; members of a team or an organization that the caller administers; for proxy admins and their viewers all. */
export function maySeeUser(scope: AccessScope, target: UserTarget): boolean {
  if (maySee(scope, { userId: target.id })) return true;
  if (target.organizations.some((id) => scope.administeredOrganizations.has(id))) return true;
  return target.teams.some(({ id, organizationId }) => maySee(scope, { teamId: id, organizationId }));
}

/** An ordinary user who belongs to organizations of the caller alone, never oneself; for proxy admins all. */
export function mayManageUser(scope: AccessScope, { id, role, organizations }: UserTarget): boolean {
  if (scope.everything === 'write') return true;
  return (
    id !== scope.userId &&
    isOrdinary(role) &&
    organizations.length > 0 &&
    organizations.every((id) => scope.administeredOrganizations.has(id))
  );
}

/** What users may change of themselves: nothing that says what they may do or spend, nor who they are. */
const ownFields: ReadonlySet<string> = new Set(['user_alias', 'metadata']);
/** What admins of an organization may not: it reaches beyond their organization. */
const proxyAdminFields: ReadonlySet<string> = new Set([
  'password',
  'sso_user_id',
  'budget_id',
  'spend',
  'temp_budget_increase',
  'temp_budget_expiry',
]);

/**
 * The same answer for a user who does not exist and for one who is none of the caller's business.
 *
 * @throws GatewayError `forbidden` for a user or a field that the caller may not change
 */
export function checkUserUpdate(scope: AccessScope, target: UserTarget, fields: readonly string[]): void {
  if (scope.everything === 'write') return;
  const isOwn = target.id === scope.userId;
  if (!isOwn && !mayManageUser(scope, target)) throw foreignUser();
  const field = fields.find((name) => (isOwn ? !ownFields.has(name) : proxyAdminFields.has(name)));
  if (field !== undefined) throw reserved(field);
}

/** @throws GatewayError `forbidden` for a role that the caller may not give */
export function checkRoleGrant(scope: AccessScope, role: string): void {
  if (scope.everything === 'write' || isOrdinary(role)) return;
  throw forbidden(`Only proxy admins may make somebody ${role}.`, 'user_role');
}

/** What somebody holds who is no proxy admin: they grant no more. Null and empty for no limit. */
export interface Holdings {
  readonly models: readonly (readonly string[])[];
  readonly maxNanos: bigint | null;
  readonly rpm: number | null;
  readonly tpm: number | null;
}

/** @throws GatewayError `forbidden` for models that are not all within each of the lists; empty ones stand for all models */
export function checkModelGrant(models: readonly string[], holdings: Holdings): void {
  for (const held of holdings.models) {
    if (held.length === 0) continue;
    if (models.length === 0) throw forbidden('Name the `models`: you may not grant all of them.', 'models');
    const beyond = models.find((model) => model !== 'no-default-models' && !mayUseModel(held, model));
    if (beyond !== undefined) throw forbidden(`The model ${beyond} is not yours to grant.`, 'models');
  }
}

/**
 * What is granted where no models are named: those that all lists have in common; empty for all models.
 *
 * @throws GatewayError `forbidden` where they have none
 */
export function modelsToGrant({ models: lists }: Holdings): readonly string[] {
  const [first, ...others] = lists.filter((list) => list.length > 0);
  if (first === undefined) return [];
  const common = first.filter((model) => others.every((list) => mayUseModel(list, model)));
  if (common.length === 0) throw forbidden('Name the `models`: your organizations have none in common.', 'models');
  return common;
}

/** @throws GatewayError `forbidden` for a limit above the caller's own, null for none at all */
export function checkLimitGrant(
  field: string,
  wanted: bigint | number | null | undefined,
  held: bigint | number | null,
): void {
  if (wanted === undefined || held === null) return;
  if (wanted === null || wanted > held)
    throw forbidden(`\`${field}\` may not be more than that of the organization.`, field);
}

export function foreignUser(): GatewayError {
  return forbidden('You are not allowed to access this user, or there is none with this id.', 'user_id');
}

function reserved(field: string): GatewayError {
  return forbidden(`You are not allowed to change \`${field}\` of this user.`, field);
}

export function forbidden(reason: string, param: string): GatewayError {
  return new GatewayError('forbidden', { param, facts: { reason } });
}
