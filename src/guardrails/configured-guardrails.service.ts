/** The guardrails of the configuration: checked before a snapshot of the catalog comes into use, and handed to the engine with it. */
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CatalogService, type SnapshotCheck } from '../catalog/catalog.service.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { GuardrailDefinition } from '../catalog/guardrail-definition.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import { systemClock } from '../core/spec/clock.js';
import { GuardrailInstances, type Surroundings } from './guardrail-instances.js';
import type { GuardrailRegistry } from './guardrail-registry.js';
import { GuardrailSources, type ActiveGuardrail, type GuardrailSource } from './guardrail-source.js';

@Injectable()
export class ConfiguredGuardrails implements GuardrailSource, OnApplicationShutdown {
  /** By a snapshot's list, which is the same one in the snapshots of all teams. */
  private readonly active = new WeakMap<readonly GuardrailDefinition[], readonly ActiveGuardrail[]>();
  private readonly stops: readonly (() => void)[];
  private newest = 0;

  /** @throws ConfigError where a guardrail of the file is configured wrongly */
  constructor(
    private readonly instances: GuardrailInstances,
    catalog: CatalogService,
    sources: GuardrailSources,
  ) {
    this.stops = [catalog.addCheck((snapshot) => this.prepare(snapshot).problems), sources.add(this)];
  }

  all(catalog: CatalogSnapshot): readonly ActiveGuardrail[] {
    const { guardrails, version } = catalog;
    if (version > this.newest) {
      this.newest = version;
      this.instances.keepOnly(catalog);
    }
    return guardrails.length === 0 ? none : (this.active.get(guardrails) ?? this.prepare(catalog).active);
  }

  onApplicationShutdown(): void {
    for (const stop of this.stops) stop();
  }

  private prepare(snapshot: CatalogSnapshot): ReturnType<GuardrailInstances['make']> {
    const made = this.instances.make(snapshot);
    this.active.set(snapshot.guardrails, made.active);
    return made;
  }
}

const none: readonly ActiveGuardrail[] = [];

/** For a look at a configuration that nothing is served with: what guardrails would call is not called. */
export function checkGuardrails(registry: GuardrailRegistry): SnapshotCheck {
  const refuse = (): Promise<never> => Promise.reject(new GatewayError('internal', { detail: 'only checked' }));
  const surroundings: Surroundings = { clock: systemClock, http: { send: refuse }, models: { call: refuse } };
  return (snapshot) => new GuardrailInstances(registry, surroundings, () => undefined).make(snapshot).problems;
}
