/** The members of `general_settings` by which callers are let in who have no virtual key. */
import { described, flag, text } from './fields.js';
import { jwtAuthSchema } from './jwt.schema.js';

export const tokenAuthFields = {
  enable_jwt_auth: described(flag().default(false), {
    description: 'Tokens (JWT) of identity providers are let in, see docs/jwt.md.',
    example: true,
    startOnly: true,
  }),
  litellm_jwtauth: described(jwtAuthSchema.prefault({}), {
    description: 'Whose tokens, and what their claims mean.',
    startOnly: true,
  }),
  enable_oauth2_auth: described(flag().default(false), {
    description:
      'Opaque tokens are let in that `OAUTH_TOKEN_INFO_ENDPOINT` vouches for: by introspection with `OAUTH_CLIENT_ID` and `OAUTH_CLIENT_SECRET`, else by the bearer token itself. See docs/jwt.md.',
    example: true,
    startOnly: true,
  }),
  custom_auth: described(text().optional(), {
    description:
      'A JavaScript module of your own that says who calls, relative to this file; the function that it exports as `authenticate`, or the one named after a `#`.',
    example: './auth.mjs#authenticate',
    startOnly: true,
  }),
} as const;
