/** Asks the authorization server whether an opaque token is good, and whose it is: introspection (RFC 7662), or an endpoint that tells of the bearer. */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { HttpAnswer, HttpRequest } from '../../../clients/outbound-http.service.js';
import type { OAuth2Settings } from '../../../config/oauth2-settings.js';
import { GatewayError } from '../../../core/errors/gateway-error.js';
import type { Clock } from '../../../core/spec/clock.js';
import type { Claims } from '../jwt/jwt-verifier.js';

/** How long an answer is believed: a token that was taken back works for so long at most. */
const believedMs = 60_000;
const maxKept = 10_000;
const timeoutMs = 5_000;
/** Answers are small. */
const maxAnswerBytes = 65_536;

interface Kept {
  readonly claims: Claims;
  readonly until: number;
}

export class TokenIntrospection {
  /** By the whole hash of the token, never by a part of it. */
  private readonly kept = new LRUCache<string, Kept>({ max: maxKept });
  private readonly asking = new Map<string, Promise<Claims>>();

  constructor(
    private readonly settings: OAuth2Settings,
    private readonly send: (request: HttpRequest) => Promise<HttpAnswer>,
    private readonly clock: Clock,
  ) {}

  /**
   * What the server says of a good token.
   *
   * @throws GatewayError `invalid_token`; `issuer_unavailable` where the server does not say
   */
  async claimsOf(token: string): Promise<Claims> {
    const digest = hash('sha256', token, 'hex');
    const known = this.kept.get(digest);
    if (known && this.clock.monotonic() < known.until) return known.claims;
    let asking = this.asking.get(digest);
    if (!asking) {
      asking = this.ask(token, digest).finally(() => this.asking.delete(digest));
      this.asking.set(digest, asking);
    }
    return asking;
  }

  private async ask(token: string, digest: string): Promise<Claims> {
    const askedAt = this.clock.monotonic();
    const claims = this.read(await this.answerTo(token));
    const leftMs = typeof claims['exp'] === 'number' ? claims['exp'] * 1_000 - this.clock.now() : believedMs;
    if (leftMs <= 0) throw refused('it has expired');
    this.kept.set(digest, { claims, until: askedAt + Math.min(leftMs, believedMs) });
    return claims;
  }

  private async answerTo(token: string): Promise<HttpAnswer> {
    const { endpoint: url, clientId, clientSecret } = this.settings;
    const common = { url, egress: 'operator', timeoutMs, maxBytes: maxAnswerBytes } as const;
    try {
      if (clientId === undefined || clientSecret === undefined) {
        return await this.send({
          ...common,
          headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
        });
      }
      // RFC 6749, 2.3.1: both are form-encoded before they are put together.
      const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':');
      return await this.send({
        ...common,
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
      });
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  private read({ status, body }: HttpAnswer): Claims {
    const introspects = this.settings.clientSecret !== undefined;
    // An introspection endpoint refuses its client with 401; one that tells of the bearer refuses the token.
    if (!introspects && (status === 400 || status === 401 || status === 403))
      throw refused('its issuer does not know it');
    if (status !== 200) throw unavailable(new Error(`it answered ${status}`));
    let claims: unknown;
    try {
      claims = JSON.parse(body.toString('utf8'));
    } catch (cause) {
      throw unavailable(cause);
    }
    if (typeof claims !== 'object' || claims === null || Array.isArray(claims))
      throw unavailable(new Error('it answered no object'));
    const { active } = claims as Claims;
    // Nothing but a plain yes counts, and introspection has to say it.
    if (introspects ? active !== true : active !== undefined && active !== true) throw refused('it is not active');
    return claims as Claims;
  }
}

function refused(reason: string): GatewayError {
  return new GatewayError('invalid_token', { facts: { reason } });
}

function unavailable(cause: unknown): GatewayError {
  return new GatewayError('issuer_unavailable', { retryAfterMs: 1_000, cause });
}
