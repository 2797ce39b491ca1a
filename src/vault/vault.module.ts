/** Nest's module of the vault, for every room that stores or reads credentials. */
import { Global, Module } from '@nestjs/common';
import { SettingsService } from '../config/settings.service.js';
import { Vault } from './vault.service.js';

@Global()
@Module({
  providers: [
    {
      provide: Vault,
      inject: [SettingsService],
      useFactory: (settings: SettingsService) => new Vault(() => settings.current().encryptionKeys),
    },
  ],
  exports: [Vault],
})
export class VaultModule {}
