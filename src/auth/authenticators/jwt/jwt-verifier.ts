/** Verifies tokens of the issuers that the operator names: signature, issuer, audience and time, by passport-jwt's strategy. */
import { Strategy } from 'passport-jwt';
import type { JwtIssuer, JwtSettings } from '../../../config/jwt-settings.js';
import { GatewayError } from '../../../core/errors/gateway-error.js';
import type { Clock } from '../../../core/spec/clock.js';
import { IssuerKeys, type FetchJson } from './issuer-keys.js';
import { readUnverified, type UnverifiedToken } from './token-shape.js';

export type Claims = Readonly<Record<string, unknown>>;

export interface VerifiedToken {
  readonly issuer: JwtIssuer;
  readonly claims: Claims;
  /** Epoch milliseconds. */
  readonly expiresAtMs: number;
}

/** Clocks differ. */
const clockToleranceSeconds = 30;

export class JwtVerifier {
  private readonly issuers: ReadonlyMap<string, { readonly issuer: JwtIssuer; readonly keys: IssuerKeys }>;

  /** @param lastWord the operator's own check; anything but `true` refuses the token */
  constructor(
    settings: JwtSettings,
    fetchJson: FetchJson,
    private readonly clock: Clock,
    private readonly lastWord?: (claims: Claims) => unknown,
  ) {
    this.issuers = new Map(
      settings.issuers.map((issuer) => [
        issuer.issuer,
        { issuer, keys: new IssuerKeys(issuer, settings, fetchJson, clock) },
      ]),
    );
  }

  /** @throws GatewayError `invalid_token`; `issuer_unavailable` where the issuer's keys cannot be had */
  async verify(token: string): Promise<VerifiedToken> {
    const unverified = readUnverified(token);
    const known = this.issuers.get(unverified.issuer);
    if (!known) throw refused('its issuer is not one of those that are let in');
    const { issuer, keys } = known;
    // Before a key is looked for: a token does not choose how it is verified.
    if (!(issuer.algorithms as readonly string[]).includes(unverified.algorithm))
      throw refused('its signature is of a kind that is not taken');
    const key = await keys.find(unverified.algorithm, unverified.keyId);
    const claims = await this.check(token, unverified, issuer, key);
    if (typeof claims['exp'] !== 'number') throw refused('it never expires (`exp`)');
    await this.askLastWord(claims);
    return { issuer, claims, expiresAtMs: (claims['exp'] + clockToleranceSeconds) * 1_000 };
  }

  /** A refusal and a fault look alike from here: neither lets anybody in. */
  private async askLastWord(claims: Claims): Promise<void> {
    if (!this.lastWord) return;
    let verdict: unknown;
    try {
      verdict = await this.lastWord(structuredClone(claims));
    } catch (cause) {
      throw refused('it was refused', cause);
    }
    if (verdict !== true) throw refused('it was refused');
  }

  /** Passport calls the outcome on the strategy itself: each verification has one of its own. */
  private check(
    token: string,
    { algorithm }: UnverifiedToken,
    issuer: JwtIssuer,
    key: Parameters<StrategyKey>[1],
  ): Promise<Claims> {
    return new Promise((resolve, reject) => {
      const strategy = new Strategy(
        {
          jwtFromRequest: () => token,
          secretOrKeyProvider: (_request, _token, done) => done(null, key as never),
          algorithms: [algorithm as never],
          issuer: issuer.issuer,
          ...(issuer.audience && { audience: [...issuer.audience] }),
          jsonWebTokenOptions: {
            clockTolerance: clockToleranceSeconds,
            clockTimestamp: Math.floor(this.clock.now() / 1_000),
          },
        },
        (claims: Claims, done: (error: null, claims: Claims) => void) => done(null, claims),
      );
      Object.assign(strategy, {
        success: (claims: Claims) => resolve(claims),
        fail: (reason: unknown) => reject(refused(publicReason(reason), reason)),
        error: (cause: unknown) => reject(refused('it cannot be verified', cause)),
      });
      strategy.authenticate({} as never, {});
    });
  }
}

type StrategyKey = (error: null, key: Awaited<ReturnType<IssuerKeys['find']>>) => void;

/** jsonwebtoken's own words name what was expected: the caller is told no more than the kind of fault. */
function publicReason(reason: unknown): string {
  const message = reason instanceof Error ? reason.message : '';
  if (message === 'jwt expired') return 'it has expired';
  if (message === 'jwt not active') return 'it is not valid yet';
  if (message.startsWith('jwt audience invalid')) return 'it is meant for another audience';
  if (message.startsWith('jwt issuer invalid')) return 'it is of another issuer';
  return 'its signature is not valid';
}

function refused(reason: string, cause?: unknown): GatewayError {
  return new GatewayError('invalid_token', { facts: { reason }, ...(cause !== undefined && { cause }) });
}
