/** Establishes who is calling from the headers of a request: the master key first, then the virtual keys. */
import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CLOCK } from '../config/ports.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Clock } from '../core/spec/clock.js';
import { keyTopic } from '../database/change-topics.js';
import { ChangeFeedPoller } from '../database/change-feed.poller.js';
import { AUTH_SETTINGS, type AuthSettings } from './auth-settings.js';
import { MasterKeyAuthenticator } from './authenticators/master-key.js';
import { principalOfKey } from './authenticators/virtual-key.js';
import { TOKEN_AUTHENTICATOR, type TokenAuthenticator } from './authenticators/external/token-authenticator.js';
import { dependencyOf, keySurroundingTopics, type VirtualKeyRecord } from './key-record.js';
import type { CallingRequest } from './calling-request.js';
import { presentedKey } from './presented-key.js';
import type { Principal } from './principal.js';
import { VirtualKeyCache } from './virtual-key-cache.js';
import { VirtualKeyRepository } from './virtual-key.repository.js';

@Injectable()
export class AuthService implements OnModuleInit, OnApplicationShutdown {
  private readonly master: MasterKeyAuthenticator;
  private readonly keys: VirtualKeyCache;
  private unsubscribe: (() => void) | undefined;

  constructor(
    @Inject(AUTH_SETTINGS) private readonly settings: AuthSettings,
    private readonly feed: ChangeFeedPoller,
    repository: VirtualKeyRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TOKEN_AUTHENTICATOR) private readonly tokens: TokenAuthenticator,
  ) {
    this.master = new MasterKeyAuthenticator(settings.masterKey);
    const source = { find: (token: string) => repository.find(token), hearsChanges: () => feed.isFresh() };
    this.keys = new VirtualKeyCache(source, settings, clock);
  }

  onModuleInit(): void {
    this.unsubscribe = this.feed.subscribe((events, { gap }) => {
      if (gap) this.forgetAll();
      for (const { topic, key } of events) this.forget(topic, key);
    });
  }

  onApplicationShutdown(): void {
    this.unsubscribe?.();
  }

  /**
   * The caller. At once for a key that is known; every other end is an error, and none lets anybody in.
   *
   * @param queryKey the key of the address, for routes that take one there
   * @throws GatewayError 401 for a key that is missing, malformed, unknown, blocked or expired; 503 where that cannot be known, for whatever reason
   */
  authenticate(request: CallingRequest, queryKey?: string): Principal | Promise<Principal> {
    const text = presentedKey(request.headers, this.settings.keyHeader, queryKey);
    const digest = hash('sha256', text, 'buffer');
    const admin = this.master.authenticate(digest);
    if (admin) return admin;
    try {
      const known = this.callerOf(text, digest, request);
      return known instanceof Promise ? known.catch(failed) : known;
    } catch (error) {
      return failed(error);
    }
  }

  private callerOf(text: string, digest: Buffer, request: CallingRequest): Principal | Promise<Principal> {
    const { headers } = request;
    const other = this.tokens.callerBy(text, request);
    if (other instanceof Promise) return other.then((known) => known ?? this.byKey(text, digest, headers));
    return other ?? this.byKey(text, digest, headers);
  }

  private byKey(text: string, digest: Buffer, headers: IncomingHttpHeaders): Principal | Promise<Principal> {
    const record = this.keys.find(digest.toString('hex'));
    if (record instanceof Promise) return record.then((found) => this.principal(found, text, headers));
    return this.principal(record, text, headers);
  }

  /** What is no virtual key may be a token of somebody else's. */
  private principal(
    record: VirtualKeyRecord | null,
    text: string,
    headers: IncomingHttpHeaders,
  ): Principal | Promise<Principal> {
    const other = record ? undefined : this.tokens.byOpaqueToken(text, headers);
    return other ?? principalOfKey(record, this.clock.now());
  }

  /** For a change made by this process: it holds at once, here. Topics are those of the change feed. */
  forget(topic: string, id: string): void {
    if (topic === keyTopic) this.keys.forget(id);
    if (keySurroundingTopics.has(topic)) this.keys.forgetDependents(dependencyOf(topic, id));
    this.tokens.forget(topic, id);
  }

  /** For changes that nobody can name. */
  forgetAll(): void {
    this.keys.forgetAll();
    this.tokens.forgetAll();
  }

  forgetKey(token: string): void {
    this.forget(keyTopic, token);
  }
}

/** What nobody expected is no reason to let anybody in, nor to say that a key is wrong. */
function failed(error: unknown): never {
  if (error instanceof GatewayError) throw error;
  throw new GatewayError('authentication_unavailable', { retryAfterMs: 1_000, cause: error });
}
