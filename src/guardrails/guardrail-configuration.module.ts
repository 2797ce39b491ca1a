/** Nest's module of the guardrails that are configured. */
import { Module, type DynamicModule } from '@nestjs/common';
import { CatalogService } from '../catalog/catalog.service.js';
import { OutboundHttp } from '../clients/outbound-http.service.js';
import { UpstreamConnections } from '../clients/upstream-connections.service.js';
import { CLOCK, MODEL_CALLER } from '../config/ports.js';
import type { Clock } from '../core/spec/clock.js';
import type { ModelCaller } from '../core/spec/model-caller.js';
import { ConfiguredGuardrails } from './configured-guardrails.service.js';
import { GuardrailInstances, type Surroundings } from './guardrail-instances.js';
import { GuardrailRegistry, guardrailTypes } from './guardrail-registry.js';
import type { GuardrailType } from './guardrail.js';

@Module({})
export class GuardrailConfigurationModule {
  /** @param more kinds beside the gateway's own */
  static register(more: readonly GuardrailType[] = []): DynamicModule {
    return {
      module: GuardrailConfigurationModule,
      providers: [
        { provide: GuardrailRegistry, useFactory: () => new GuardrailRegistry([...guardrailTypes, ...more]) },
        {
          provide: GuardrailInstances,
          inject: [GuardrailRegistry, CLOCK, OutboundHttp, MODEL_CALLER, CatalogService, UpstreamConnections],
          useFactory: (...[registry, clock, http, models, catalog, connections]: Given) => {
            const credentialsOf: Surroundings['credentialsOf'] = (identity) =>
              connections.credentials.current(identity);
            return new GuardrailInstances(registry, { clock, http, models, credentialsOf }, () => catalog.current());
          },
        },
        ConfiguredGuardrails,
      ],
    };
  }
}

/** As `inject` names them. */
type Given = [
  registry: GuardrailRegistry,
  clock: Clock,
  http: OutboundHttp,
  models: ModelCaller,
  catalog: CatalogService,
  connections: UpstreamConnections,
];
