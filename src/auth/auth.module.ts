/** Provides authentication, and puts its guard before every route of the application. */
import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AUTH_SETTINGS, type AuthSettings } from './auth-settings.js';
import { AuthGuard } from './auth.guard.js';
import { AuthService } from './auth.service.js';
import { tokenAuthenticator } from './authenticators/external/token-authenticator.provider.js';
import { RoutePolicy } from './routes/route-policy.service.js';
import { AccessScopes } from './scope/access-scopes.service.js';
import { VirtualKeyRepository } from './virtual-key.repository.js';

@Module({})
export class AuthModule {
  static registerAsync(options: Pick<FactoryProvider<AuthSettings>, 'inject' | 'useFactory'>): DynamicModule {
    return {
      module: AuthModule,
      global: true,
      providers: [
        { provide: AUTH_SETTINGS, inject: [], ...options },
        VirtualKeyRepository,
        AccessScopes,
        tokenAuthenticator,
        AuthService,
        RoutePolicy,
        { provide: APP_GUARD, useClass: AuthGuard },
      ],
      exports: [AccessScopes, AuthService],
    };
  }
}
