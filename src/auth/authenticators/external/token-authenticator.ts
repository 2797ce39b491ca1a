/** Lets in callers without a virtual key: by a JWT, by an opaque token, or by what the operator's own module says of them. */
import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { UnregisteredBehavior } from '../../../config/jwt-settings.js';
import type { OAuth2Settings } from '../../../config/oauth2-settings.js';
import { GatewayError } from '../../../core/errors/gateway-error.js';
import type { Clock } from '../../../core/spec/clock.js';
import type { AuthSettings } from '../../auth-settings.js';
import type { CallingRequest } from '../../calling-request.js';
import { dependencyOf, keySurroundingTopics, type VirtualKeyRecord } from '../../key-record.js';
import type { Principal } from '../../principal.js';
import { VirtualKeyCache } from '../../virtual-key-cache.js';
import type { CustomAuth, CustomAuthAnswer, CustomAuthRequest } from '../custom/custom-auth.lazy.js';
import type { JwtVerifier } from '../jwt/jwt-verifier.js';
import { identityOf, type TokenIdentity } from '../jwt/token-identity.js';
import { looksLikeToken } from '../jwt/token-shape.js';
import type { TokenIntrospection } from '../oauth2/token-introspection.js';
import { principalOfKey } from '../virtual-key.js';
import type { JwtSettings } from '../../../config/jwt-settings.js';
import type { ExternalRecords } from './external-records.js';

export interface TokenAuthenticatorOptions {
  readonly jwt:
    { readonly verifier: JwtVerifier; readonly settings: JwtSettings; readonly records: ExternalRecords } | undefined;
  readonly oauth2:
    | {
        readonly introspection: TokenIntrospection;
        readonly settings: OAuth2Settings;
        readonly records: ExternalRecords;
      }
    | undefined;
  readonly custom: { readonly authenticate: () => Promise<CustomAuth>; readonly records: ExternalRecords } | undefined;
  readonly clock: Clock;
  readonly settings: AuthSettings;
  readonly hearsChanges: () => boolean;
}

type Resolve = () => Promise<VirtualKeyRecord>;

export const TOKEN_AUTHENTICATOR = Symbol('TOKEN_AUTHENTICATOR');

export class TokenAuthenticator {
  /** What tokens stand for, kept and forgotten as virtual keys are. */
  private readonly known: VirtualKeyCache;
  /** How each token is looked into whose record is being asked for. */
  private readonly resolving = new LRUCache<string, Resolve>({ max: 10_000 });

  constructor(private readonly options: TokenAuthenticatorOptions) {
    const source = {
      find: async (digest: string) => {
        const resolve = this.resolving.get(digest);
        if (!resolve) throw new GatewayError('internal', { detail: 'a token is asked for that nobody presents' });
        return resolve();
      },
      hearsChanges: options.hearsChanges,
    };
    this.known = new VirtualKeyCache(source, options.settings, options.clock);
  }

  /** The caller by the operator's own module, else by a JWT; undefined where it is neither's. */
  callerBy(text: string, request: CallingRequest): Principal | undefined | Promise<Principal | undefined> {
    const { headers, method, ip: clientAddress, routeOptions } = request;
    if (!this.options.custom) return this.byToken(text, headers);
    const asked = { headers, method, route: routeOptions.url ?? '', clientAddress };
    return this.byCustomAuth(text, asked).then((known) => known ?? this.byToken(text, headers));
  }

  /** The caller by a JWT; undefined for what is none, or where none are taken. */
  private byToken(text: string, headers: IncomingHttpHeaders): Principal | Promise<Principal> | undefined {
    const { jwt } = this.options;
    if (!jwt || !looksLikeToken(text)) return undefined;
    return this.principal(text, headers, async (wantedTeamId) => {
      const verified = await jwt.verifier.verify(text);
      const identity = identityOf(verified, jwt.settings);
      const { expiresAtMs, issuer } = verified;
      return jwt.records.of({ identity, unregistered: issuer.unregistered, wantedTeamId, expiresAtMs });
    });
  }

  /** The caller by a token that is no virtual key; undefined where none are taken. */
  byOpaqueToken(text: string, headers: IncomingHttpHeaders): Principal | Promise<Principal> | undefined {
    const { oauth2 } = this.options;
    if (!oauth2 || text.startsWith('sk-')) return undefined;
    return this.principal(text, headers, async (wantedTeamId) => {
      const claims = await oauth2.introspection.claimsOf(text);
      const { userIdField, roleField, teamIdField } = oauth2.settings;
      const userId = textOf(claims[userIdField]);
      const identity = identityFrom(`oauth2 ${userId ?? textOf(claims['client_id']) ?? ''}`, {
        user_id: userId,
        user_role: textOf(claims[roleField]),
        team_id: textOf(claims[teamIdField]),
      });
      const expiresAtMs = typeof claims['exp'] === 'number' ? claims['exp'] * 1_000 : null;
      return oauth2.records.of({ identity, unregistered, wantedTeamId, expiresAtMs });
    });
  }

  /** Whom the operator's own module says; undefined where it does not know, or where there is none. Asked anew for each request. */
  private async byCustomAuth(text: string, request: CustomAuthRequest): Promise<Principal | undefined> {
    const { custom } = this.options;
    if (!custom) return undefined;
    const answer = await this.askCustomAuth(custom.authenticate, text, request);
    if (!answer) return undefined;
    const identity = identityFrom(`custom ${answer.user_id ?? answer.team_id ?? hash('sha256', text, 'hex')}`, answer);
    const record = await custom.records.of({ identity, unregistered, wantedTeamId: undefined, expiresAtMs: null });
    return principalOfKey(record, this.options.clock.now());
  }

  /** For topics of the change feed. */
  forget(topic: string, id: string): void {
    if (keySurroundingTopics.has(topic)) this.known.forgetDependents(dependencyOf(topic, id));
  }

  forgetAll(): void {
    this.known.forgetAll();
  }

  private principal(
    text: string,
    headers: IncomingHttpHeaders,
    read: (wantedTeamId: string | undefined) => Promise<VirtualKeyRecord>,
  ): Principal | Promise<Principal> {
    const wanted = headers['x-litellm-team-id'];
    const wantedTeamId = typeof wanted === 'string' && wanted !== '' ? wanted.slice(0, 256) : undefined;
    // The whole token, and nothing that two tokens could share.
    const digest = hash('sha256', JSON.stringify([text, wantedTeamId ?? null]), 'hex');
    this.resolving.set(digest, () => read(wantedTeamId));
    const found = this.known.find(digest);
    if (found instanceof Promise) {
      return found
        .finally(() => this.resolving.delete(digest))
        .then((record) => principalOfKey(record, this.options.clock.now()));
    }
    this.resolving.delete(digest);
    return principalOfKey(found, this.options.clock.now());
  }

  private async askCustomAuth(
    load: () => Promise<CustomAuth>,
    text: string,
    request: CustomAuthRequest,
  ): Promise<CustomAuthAnswer | null | undefined> {
    try {
      const authenticate = await load();
      return checkedAnswer(await authenticate(text, request));
    } catch (cause) {
      if (cause instanceof GatewayError) throw cause;
      // A refusal and a fault look alike from here: neither lets anybody in.
      throw new GatewayError('invalid_token', {
        facts: { reason: 'it was refused' },
        detail: cause instanceof Error ? cause.message : String(cause),
        cause,
      });
    }
  }
}

/** No claim stands for a virtual key. */
const unregistered: UnregisteredBehavior = 'fallback_team_mapping';
const adminRole = 'proxy_admin';

function identityFrom(
  subject: string,
  answer: CustomAuthAnswer | { readonly [Name in keyof CustomAuthAnswer]: string | undefined },
): TokenIdentity {
  const {
    user_id: userId,
    user_email: userEmail,
    user_role: role,
    team_id: teamId,
    org_id: organizationId,
    end_user_id: endUserId,
    models,
  } = answer;
  return {
    subject,
    isAdmin: role === adminRole,
    isCustomer: role === 'customer',
    userId: userId ?? userEmail,
    userEmail,
    teamIds: teamId === undefined ? [] : [teamId],
    namesTeams: true,
    teamAlias: undefined,
    organizationId,
    organizationAlias: undefined,
    endUserId,
    userRole: undefined,
    virtualKeyClaim: undefined,
    scoped:
      Array.isArray(models) && models.length > 0 ? { models: models as readonly string[], routes: [] } : undefined,
  };
}

/** A module of the operator's own is trusted, and may be wrong all the same: what has not the form of an answer is none. */
function checkedAnswer(answer: unknown): CustomAuthAnswer | null | undefined {
  if (answer === null || answer === undefined) return answer;
  if (typeof answer !== 'object' || Array.isArray(answer))
    throw new Error('custom_auth answered neither an object nor null');
  for (const [name, value] of Object.entries(answer)) {
    const isFit =
      name === 'models'
        ? Array.isArray(value) && value.every((model) => typeof model === 'string')
        : value === undefined || typeof value === 'string';
    if (!isFit) throw new Error(`custom_auth answered with a \`${name}\` that is no text`);
  }
  return answer;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 256 ? value : undefined;
}
