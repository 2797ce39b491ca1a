/** The fallbacks of one model at a time: rules of `router_settings`, changed as any other setting. */
import { Injectable } from '@nestjs/common';
import { CatalogService } from '../../catalog/catalog.service.js';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { FallbackMap } from '../../core/router/fallbacks.js';
import type { Actor } from '../writes/actor.js';
import { ConfigWrites } from './config-writes.service.js';
import type { DeletedFallback, FallbackType, NewFallbackBody, ShownFallback, WrittenFallback } from './config.dto.js';

const settingNames = {
  general: 'fallbacks',
  context_window: 'context_window_fallbacks',
  content_policy: 'content_policy_fallbacks',
} as const satisfies Readonly<Record<FallbackType, string>>;

@Injectable()
export class FallbacksService {
  constructor(
    private readonly settings: SettingsService,
    private readonly catalog: CatalogService,
    private readonly writes: ConfigWrites,
  ) {}

  /** @throws GatewayError `object_not_found` for a model that is not served, `invalid_request` for such a fallback */
  async set(body: NewFallbackBody, actor: Actor): Promise<WrittenFallback> {
    const { model, fallback_models: models, fallback_type: type } = body;
    const snapshot = this.catalog.current();
    if (!snapshot.find(model))
      throw new GatewayError('object_not_found', {
        param: 'model',
        facts: { reason: `Model '${model}' is not served.` },
      });
    const wrong = models.find((name) => name === model || !snapshot.find(name));
    if (wrong !== undefined) {
      const why = wrong === model ? 'cannot be its own fallback' : 'is not served';
      const facts = { reason: `\`fallback_models\`: the model '${wrong}' ${why}.` };
      throw new GatewayError('invalid_request', { param: 'fallback_models', facts });
    }
    const before = this.rules(type);
    const isNew = !before.has(model);
    await this.write(type, new Map([...before, [model, models]]), actor);
    const message = `Fallback configuration ${isNew ? 'created' : 'updated'} successfully`;
    return { model, fallback_models: models, fallback_type: type, message };
  }

  /** @throws GatewayError `object_not_found` */
  get(model: string, type: FallbackType): ShownFallback {
    return { model, fallback_models: [...this.found(model, type)], fallback_type: type };
  }

  /** @throws GatewayError `object_not_found` */
  async delete(model: string, type: FallbackType, actor: Actor): Promise<DeletedFallback> {
    this.found(model, type);
    const rules = [...this.rules(type)].filter(([name]) => name !== model);
    await this.write(type, new Map(rules), actor);
    return { model, fallback_type: type, message: 'Fallback configuration deleted successfully' };
  }

  private found(model: string, type: FallbackType): readonly string[] {
    const models = this.rules(type).get(model);
    if (models) return models;
    const reason = `No ${type} fallbacks configured for model '${model}'.`;
    throw new GatewayError('object_not_found', { param: 'model', facts: { reason } });
  }

  /** Those in force: of the database, or of the file where the database has none. */
  private rules(type: FallbackType): ReadonlyMap<string, readonly string[]> {
    const { general, contextWindow, contentPolicy } = this.settings.current().router.fallbacks;
    const maps: Readonly<Record<FallbackType, FallbackMap>> = {
      general,
      context_window: contextWindow,
      content_policy: contentPolicy,
    };
    return new Map([...maps[type]].map(([name, targets]) => [name, targets.map((target) => target.model)]));
  }

  private async write(type: FallbackType, rules: ReadonlyMap<string, readonly string[]>, actor: Actor): Promise<void> {
    const value = [...rules].map(([name, models]) => ({ [name]: models }));
    await this.writes.change([{ section: 'router_settings', name: settingNames[type], value }], actor);
  }
}
