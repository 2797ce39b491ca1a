/** Who may do what to an organization, and how a caller hears that they may not. */
import { mayChangeOrganization, maySeeOrganization, type AccessScope } from '../../auth/scope/access-scope.js';
import { GatewayError } from '../../core/errors/gateway-error.js';

/** What its admins change themselves; its limits and models come from those who run the proxy. */
const orgAdminFields: ReadonlySet<string> = new Set(['organization_id', 'organization_alias', 'metadata', 'tags']);

/** @throws GatewayError `forbidden` */
export function checkMaySee(scope: AccessScope, id: string): void {
  if (!maySeeOrganization(scope, id)) throw noAccessToOrganization(id);
}

/** @throws GatewayError `forbidden` */
export function checkMayChange(scope: AccessScope, id: string): void {
  if (!mayChangeOrganization(scope, id)) throw noAccessToOrganization(id);
}

/** @throws GatewayError `forbidden` that names the first field which is not the caller's to set */
export function checkWritableFields(scope: AccessScope, fields: readonly string[]): void {
  if (scope.everything === 'write') return;
  const closed = fields.find((field) => !orgAdminFields.has(field));
  if (closed === undefined) return;
  const reason = `\`${closed}\` of an organization may be set by proxy admins alone. Leave it out.`;
  throw new GatewayError('forbidden', { param: closed, facts: { reason } });
}

export function noAccessToOrganization(id: string): GatewayError {
  const reason = `You have no access to the organization ${id}, or may not do this to it.`;
  return new GatewayError('forbidden', { param: 'organization_id', facts: { reason } });
}

export function organizationNotFound(id: string): GatewayError {
  const reason = `Organization not found, passed organization id: ${id}`;
  return new GatewayError('object_not_found', { param: 'organization_id', facts: { reason } });
}
