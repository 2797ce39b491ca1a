/** What the Redis room is given. */
import type { RedisSettings } from '../config/redis-settings.js';

/** The injection token of `RedisOptions`. */
export const REDIS_OPTIONS = Symbol('REDIS_OPTIONS');

export type RedisOptions = RedisSettings;
