/** Requests as authentication sees them, and an authenticator of tokens that takes none. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../core/spec/clock.js';
import type { AuthSettings } from '../auth-settings.js';
import type { CallingRequest } from '../calling-request.js';
import { TokenAuthenticator } from '../authenticators/external/token-authenticator.js';

export function calling(headers: IncomingHttpHeaders): CallingRequest {
  return { headers, method: 'GET', ip: '127.0.0.1', routeOptions: {} };
}

export function noTokens(settings: AuthSettings, clock: Clock): TokenAuthenticator {
  return new TokenAuthenticator({
    jwt: undefined,
    oauth2: undefined,
    custom: undefined,
    clock,
    settings,
    hearsChanges: () => true,
  });
}
