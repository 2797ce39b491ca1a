/** Declares who may call a route; a route without this declaration is closed to everyone. */
import { SetMetadata, type CustomDecorator } from '@nestjs/common';

export const AUDIENCE_METADATA = 'tollgate:audience';

/**
 * - `public`: anyone, without a key
 * - `llm_api`: any valid key
 * - `own_info`: any valid key; the handler shows a key no more than itself, and an admin everything
 * - `management`: proxy admins
 */
export type AudienceName = 'public' | 'llm_api' | 'own_info' | 'management';

/** Set on routes where Google's clients give their key as `?key=`. */
export const KEY_IN_QUERY_METADATA = 'tollgate:key-in-query';

export const KeyInQuery = (): CustomDecorator => SetMetadata(KEY_IN_QUERY_METADATA, true);

export const Audience = (audience: AudienceName): CustomDecorator => SetMetadata(AUDIENCE_METADATA, audience);
