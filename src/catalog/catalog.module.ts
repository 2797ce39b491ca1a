/** Nest's module of the catalog; it needs the modules of the configuration and of the database. */
import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { ProviderRegistry } from '../core/spec/provider.js';
import { CatalogService } from './catalog.service.js';
import { CONFIG_MODEL_SOURCE, STORED_PARTS_SOURCE } from './config-model-source.js';
import { ConfigModelRepository } from './config-model.repository.js';
import { StoredCredentialRepository } from './credential.repository.js';
import { StoredGuardrailRepository } from './guardrail.repository.js';
import { StoredPartsRepository } from './stored-parts.repository.js';
import { StoredSettingRepository } from './stored-setting.repository.js';
import { StoredSettings } from './stored-settings.service.js';
import { ProviderAccounts } from './pass-through/provider-accounts.service.js';
import { StoredEndpointRepository } from './pass-through/stored-endpoint.repository.js';
import { StoredEndpoints } from './pass-through/stored-endpoints.service.js';
import { PROVIDER_REGISTRY } from './provider-registry.token.js';

@Global()
@Module({})
export class CatalogModule {
  /** @param registry core's `providerRegistry` */
  static forRoot(registry: ProviderRegistry): DynamicModule {
    return {
      module: CatalogModule,
      providers: [
        { provide: PROVIDER_REGISTRY, useValue: registry },
        { provide: CONFIG_MODEL_SOURCE, useClass: ConfigModelRepository },
        StoredCredentialRepository,
        StoredGuardrailRepository,
        { provide: STORED_PARTS_SOURCE, useClass: StoredPartsRepository },
        CatalogService,
        ProviderAccounts,
        StoredEndpointRepository,
        StoredEndpoints,
        StoredSettingRepository,
        StoredSettings,
      ],
      exports: [
        CatalogService,
        PROVIDER_REGISTRY,
        ProviderAccounts,
        StoredEndpointRepository,
        StoredEndpoints,
        StoredSettingRepository,
        StoredSettings,
      ],
    };
  }
}
