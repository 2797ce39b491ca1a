/** The public keys of one issuer: fetched when they are needed, kept for a while, and for a while longer where the issuer cannot be reached. */
import { KeyObject } from 'node:crypto';
import { createLocalJWKSet, errors } from 'jose';
import type { JwtIssuer, JwtSettings } from '../../../config/jwt-settings.js';
import { GatewayError } from '../../../core/errors/gateway-error.js';
import type { Clock } from '../../../core/spec/clock.js';

/** Fetches a JSON document. @throws where there is none, or no answer of 200 */
export type FetchJson = (url: string) => Promise<unknown>;

type KeySet = ReturnType<typeof createLocalJWKSet>;

/** A key that nobody knows leads to another look so often at most, however many tokens name one. */
const lookAgainMs = 30_000;
/** After a failure the issuer is left alone for so long. */
const retryMs = 5_000;

export class IssuerKeys {
  private known: { readonly keys: KeySet; readonly fetchedAt: number } | undefined;
  private fetching: Promise<void> | undefined;
  private failedAt = -Infinity;

  constructor(
    private readonly issuer: Pick<JwtIssuer, 'issuer' | 'jwksUrls'>,
    private readonly settings: Pick<JwtSettings, 'keyTtlMs' | 'keyStaleMs'>,
    private readonly fetchJson: FetchJson,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /**
   * The key that a token's header names.
   *
   * @throws GatewayError `invalid_token` where the issuer has no such key, `issuer_unavailable` where that cannot be known
   */
  async find(algorithm: string, keyId: string | undefined): Promise<KeyObject> {
    const ageMs = this.known ? this.clock.monotonic() - this.known.fetchedAt : Infinity;
    if (ageMs > this.settings.keyTtlMs) await this.refresh(ageMs);
    const found = await this.pick(algorithm, keyId);
    if (found) return found;
    const lookedMs = this.clock.monotonic() - (this.known?.fetchedAt ?? -Infinity);
    if (lookedMs >= lookAgainMs) {
      await this.refresh(lookedMs);
      const rotated = await this.pick(algorithm, keyId);
      if (rotated) return rotated;
    }
    throw new GatewayError('invalid_token', { facts: { reason: 'its issuer has no such key' } });
  }

  private async pick(alg: string, kid: string | undefined): Promise<KeyObject | undefined> {
    if (!this.known) throw this.unavailable();
    try {
      const key = await this.known.keys({ alg, ...(kid !== undefined && { kid }) });
      return key instanceof KeyObject ? key : KeyObject.from(key);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return undefined;
      if (error instanceof errors.JWKSMultipleMatchingKeys) {
        throw new GatewayError('invalid_token', {
          facts: { reason: 'it does not say by which key it is signed' },
          cause: error,
        });
      }
      throw new GatewayError('invalid_token', { facts: { reason: 'its key cannot be used' }, cause: error });
    }
  }

  /** One at a time. Keys that are there go on being trusted for as long as the settings say. */
  private async refresh(ageMs: number): Promise<void> {
    if (this.clock.monotonic() - this.failedAt >= retryMs) {
      this.fetching ??= this.fetch().finally(() => (this.fetching = undefined));
      await this.fetching;
    }
    const isFresh = this.known !== undefined && this.clock.monotonic() - this.known.fetchedAt <= this.settings.keyTtlMs;
    const { keyTtlMs, keyStaleMs } = this.settings;
    if (!isFresh && !(this.known && ageMs <= keyTtlMs + keyStaleMs)) throw this.unavailable();
  }

  private async fetch(): Promise<void> {
    const fetchedAt = this.clock.monotonic();
    try {
      const keys: Record<string, unknown>[] = [];
      for (const url of await this.urls()) keys.push(...keysIn(await this.fetchJson(url)));
      // Keys for other uses would otherwise stand in the way, and private ones have no business here.
      this.known = { keys: createLocalJWKSet({ keys }), fetchedAt };
      this.failedAt = -Infinity;
    } catch {
      this.failedAt = fetchedAt;
    }
  }

  private async urls(): Promise<readonly string[]> {
    const { issuer, jwksUrls } = this.issuer;
    if (jwksUrls.length > 0) return jwksUrls;
    const document = (await this.fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)) as Record<
      string,
      unknown
    >;
    const { issuer: named, jwks_uri: url } = document;
    if (named !== issuer) throw new Error('the OpenID configuration is of another issuer');
    if (typeof url !== 'string') throw new Error('the OpenID configuration names no keys');
    return [url];
  }

  private unavailable(): GatewayError {
    return new GatewayError('issuer_unavailable', { retryAfterMs: retryMs });
  }
}

/** Public keys for signatures alone. */
function keysIn(document: unknown): Record<string, unknown>[] {
  const { keys } = (document ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('the document holds no `keys`');
  return keys.filter((key): key is Record<string, unknown> => {
    const { kty, use, d } = (key ?? {}) as Record<string, unknown>;
    return (kty === 'RSA' || kty === 'EC') && (use === undefined || use === 'sig') && d === undefined;
  });
}
