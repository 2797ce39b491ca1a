/** Which roles each audience lets in. */
import type { AudienceName } from '../audience.decorator.js';
import type { Principal, Role } from '../principal.js';

/** Roles that only look, and those that are no users of the management API at all. */
const lookers: ReadonlySet<Role> = new Set(['proxy_admin_viewer', 'internal_user_viewer']);
const outsiders: ReadonlySet<Role> = new Set(['team', 'customer']);

/** Undefined for what is no audience. */
export const mayCall: Readonly<Partial<Record<AudienceName, (principal: Principal) => boolean>>> = {
  llm_api: () => true,
  entry: () => true,
  own_info: () => true,
  scoped_read: ({ role }) => !outsiders.has(role),
  scoped: ({ role }) => !outsiders.has(role) && !lookers.has(role),
  admin_read: ({ role }) => role === 'proxy_admin' || role === 'proxy_admin_viewer',
  management: ({ role }) => role === 'proxy_admin',
  master_key: ({ isMaster }) => isMaster === true,
};
