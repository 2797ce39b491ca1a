/** What the management API says of the cache of answers, and what it does to it. */
import { Injectable, Logger } from '@nestjs/common';
import { CacheAdministration, type CacheState } from '../../caching/cache-administration.service.js';
import { ResponseCacheService } from '../../caching/response-cache.service.js';
import { findJsonSchema, type JsonSchema } from '../../config/json-schema.js';
import { withoutSecretParams } from '../../config/secret-params.js';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Actor } from '../writes/actor.js';
import type { CacheField, Deleted, Flushed, Ping, RedisInfo, ShownCacheSettings } from './cache.dto.js';

@Injectable()
export class CacheService {
  private readonly logger = new Logger('Cache');

  constructor(
    private readonly cache: CacheAdministration,
    private readonly answers: ResponseCacheService,
    private readonly settings: SettingsService,
  ) {}

  /** @throws GatewayError `cache_off`, `cache_unavailable` */
  async ping(): Promise<Ping> {
    const { type, place, memoryBytes, memoryEntries } = this.mustBeOn();
    const { reads, writes } = await this.cache.ping();
    if (!reads) throw new GatewayError('cache_unavailable');
    return {
      status: 'healthy',
      cache_type: type,
      ping_response: reads,
      set_cache_response: writes ? 'success' : 'refused',
      place: place ?? null,
      memory_bytes: memoryBytes,
      memory_entries: memoryEntries,
      counts: { ...this.answers.counts() },
    };
  }

  /** @throws GatewayError `cache_off`, `cache_unavailable` */
  async delete(keys: readonly string[]): Promise<Deleted> {
    this.mustBeThere();
    return { status: 'success', deleted: await this.cache.delete(keys) };
  }

  /** @throws GatewayError `cache_off`, `cache_unavailable` */
  async flush(actor: Actor): Promise<Flushed> {
    this.mustBeThere();
    if (!(await this.cache.clear())) throw new GatewayError('cache_unavailable');
    this.logger.log(`All answers of the cache were removed by ${actor.name}.`);
    return { status: 'success' };
  }

  /** @throws GatewayError `cache_off`, `cache_unavailable`; `invalid_request` for a cache that is not in Redis */
  async redisInfo(): Promise<RedisInfo> {
    this.mustBeOn();
    const text = await this.cache.redisInfo().catch(() => null);
    if (text === undefined) {
      const reason = 'The cache is not in Redis. Ask /cache/ping.';
      throw new GatewayError('invalid_request', { facts: { reason } });
    }
    if (text === null) throw new GatewayError('cache_unavailable');
    const info = Object.fromEntries(
      [...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    const clients = Number(info['connected_clients']);
    return { num_clients: Number.isInteger(clients) ? clients : null, info };
  }

  shown(): ShownCacheSettings {
    const { written } = this.settings.current();
    const params = written.litellm_settings['cache_params'];
    const values = isObject(params) ? withoutSecretParams(params) : {};
    const { properties = {} } = findJsonSchema(['litellm_settings', 'cache_params']) ?? {};
    return {
      is_on: this.answers.isOn,
      current_values: values,
      fields: Object.entries(properties).map(([name, schema]) => fieldOf(name, schema, values[name])),
    };
  }

  private mustBeOn(): CacheState {
    const state = this.cache.state();
    if (state === undefined) throw new GatewayError('cache_off');
    return state;
  }

  private mustBeThere(): void {
    const { state } = this.mustBeOn();
    if (state === 'away' || state === 'starting') throw new GatewayError('cache_unavailable');
  }
}

function fieldOf(name: string, schema: JsonSchema, value: unknown): CacheField {
  const options = schema.enum?.map(String) ?? null;
  return {
    field_name: name,
    field_type: schema.type ?? 'any',
    field_description: schema.description ?? '',
    field_value: value ?? null,
    field_default: schema.default ?? null,
    options,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
