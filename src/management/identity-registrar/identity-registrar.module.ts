/** Hands management to authentication, for what tokens name. */
import { Global, Module } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { IDENTITY_REGISTRAR, type IdentityRegistrar } from '../../auth/authenticators/external/identity-registrar.js';
import { JwtMappingsModule } from '../jwt-mappings/jwt-mappings.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { UsersModule } from '../users/users.module.js';
import { TokenRegistrar } from './token-registrar.service.js';
import { TokenUserSync } from './token-user-sync.service.js';

@Global()
@Module({
  imports: [JwtMappingsModule, KeysModule, UsersModule],
  providers: [
    TokenRegistrar,
    TokenUserSync,
    {
      provide: IDENTITY_REGISTRAR,
      inject: [ModuleRef],
      // Management stands on authentication: it is looked up once both are there.
      useFactory: (modules: ModuleRef): IdentityRegistrar => {
        const registrar = (): TokenRegistrar => modules.get(TokenRegistrar);
        return {
          createUser: (user) => registrar().createUser(user),
          createTeam: (team) => registrar().createTeam(team),
          syncUser: (user) => registrar().syncUser(user),
          registerKey: (claim) => registrar().registerKey(claim),
        };
      },
    },
  ],
  exports: [IDENTITY_REGISTRAR],
})
export class IdentityRegistrarModule {}
