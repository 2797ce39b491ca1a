/** Wakes every process when the database's change feed has grown, so that none waits for its next poll. */
import { Inject, Injectable } from '@nestjs/common';
import { REDIS_OPTIONS, type RedisOptions } from './redis-options.js';
import { RedisService } from './redis.service.js';

@Injectable()
export class RedisChangeSignal {
  readonly #channel: string;

  constructor(
    private readonly redis: RedisService,
    @Inject(REDIS_OPTIONS) { namespace }: RedisOptions,
  ) {
    this.#channel = `${namespace}:changes`;
  }

  /** Fire and forget: who is not woken polls all the same. */
  announce(): void {
    this.redis.run((client) => client.publish(this.#channel, '')).catch(stayAsleep);
  }

  /** Calls `wake` when there may be something new, a time in which nobody could be told included; to be called before the application starts. */
  subscribe(wake: () => void): void {
    this.redis.subscribe(this.#channel, wake);
    this.redis.onUp(wake);
  }
}

function stayAsleep(): void {
  return undefined;
}
