/** Declares who may call a route; a route without this declaration is closed to everyone. */
import { SetMetadata, type CustomDecorator } from '@nestjs/common';

export const AUDIENCE_METADATA = 'tollgate:audience';

/**
 * - `public`: anyone, without a key
 * - `llm_api`: any valid key
 * - `own_info`: any valid key; the handler shows a key no more than itself, and an admin everything
 * - `scoped_read`: whoever may call the management API; the handler shows what the caller's access scope holds
 * - `scoped`: those of them whose role changes things; the handler changes what the caller's access scope holds
 * - `admin_read`: proxy admins and proxy admin viewers
 * - `management`: proxy admins
 * - `master_key`: the master key alone
 * - `entry`: of the route that has no path of its own: what the entry says that a request's path leads to, and any valid key where there is none
 */
export const audienceNames = [
  'public',
  'llm_api',
  'own_info',
  'scoped_read',
  'scoped',
  'admin_read',
  'management',
  'master_key',
  'entry',
] as const;
export type AudienceName = (typeof audienceNames)[number];

/** Set on routes where Google's clients give their key as `?key=`. */
export const KEY_IN_QUERY_METADATA = 'tollgate:key-in-query';

export const KeyInQuery = (): CustomDecorator => SetMetadata(KEY_IN_QUERY_METADATA, true);

export const Audience = (audience: AudienceName): CustomDecorator => SetMetadata(AUDIENCE_METADATA, audience);
