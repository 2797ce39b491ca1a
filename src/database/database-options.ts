/** What the database room is given: the address, the pool's size, and its sources of time and chance. */
import { systemClock, systemRandom, type Clock, type Random } from '../core/spec/clock.js';
import { systemTimer, type Timer } from './timer.js';

export const DATABASE_OPTIONS = Symbol('DATABASE_OPTIONS');
export const DATABASE_RUNTIME = Symbol('DATABASE_RUNTIME');

export interface DatabaseOptions {
  /** `file:./path` is SQLite; `postgresql://...` and `postgres://...` are PostgreSQL. */
  readonly url: string;
  /** PostgreSQL connections of this process; 10 where absent. SQLite always has one. */
  readonly connectionPoolLimit?: number;
  /** How long one attempt to connect may take; 5,000 where absent. */
  readonly connectTimeoutMs?: number;
}

export interface DatabaseRuntime {
  readonly clock: Clock;
  readonly random: Random;
  readonly timer: Timer;
}

export const systemRuntime: DatabaseRuntime = { clock: systemClock, random: systemRandom, timer: systemTimer };

export const defaultConnectionPoolLimit = 10;
export const defaultConnectTimeoutMs = 5_000;
