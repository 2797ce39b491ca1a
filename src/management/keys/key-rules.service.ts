/** What the configuration says of keys: what new ones get, what none may exceed, who makes them, and their lifetimes. */
import { Inject, Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { keyHash } from '../../auth/key-hash.js';
import { CLOCK } from '../../config/ports.js';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock } from '../../core/spec/clock.js';
import { addDuration } from './duration.js';
import type { GenerateKeyBody, UpdateKeyBody } from './key-bodies.dto.js';
import type { KeyOwnersFound } from './key-owners.service.js';

const numberBounds = ['max_budget', 'max_parallel_requests', 'tpm_limit', 'rpm_limit'] as const;
const durationBounds = ['budget_duration', 'duration'] as const;
const forEver = '-1';

type Bounded = Pick<UpdateKeyBody, (typeof numberBounds)[number] | (typeof durationBounds)[number]>;

@Injectable()
export class KeyRules {
  constructor(
    private readonly settings: SettingsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  now(): Date {
    return new Date(this.clock.now());
  }

  /**
   * A request for a new key with all that the configuration adds to it.
   *
   * @throws GatewayError `invalid_request` for more than any key may have
   */
  complete(body: GenerateKeyBody, scope: AccessScope): GenerateKeyBody {
    const { defaults, upperBounds } = this.settings.current().keys;
    const { user_id: defaultUser, models, metadata, allowed_routes: routes, ...others } = defaults;
    const isPlain = (body.key_type ?? 'default') === 'default';
    const filled: GenerateKeyBody = {
      ...body,
      ...missing(body, others),
      ...(isEmpty(body.models) && models && { models }),
      ...(isEmpty(body.metadata) && metadata && { metadata }),
      ...(isEmpty(body.allowed_routes) && isPlain && routes && { allowed_routes: routes }),
      ...(scope.everything === 'write' &&
        body.user_id == null &&
        defaultUser !== undefined && { user_id: defaultUser }),
    };
    this.checkBounds(filled);
    return { ...filled, ...missing(filled, upperBounds) };
  }

  /** @throws GatewayError `invalid_request` for more than any key may have; what is not given is not looked at */
  checkBounds(body: Bounded): void {
    const { upperBounds } = this.settings.current().keys;
    for (const field of numberBounds) {
      const [asked, most] = [body[field], upperBounds[field]];
      if (asked != null && most !== undefined && asked > most) throw overBound(field, asked, most);
    }
    for (const field of durationBounds) {
      const [asked, most] = [body[field], upperBounds[field]];
      if (asked != null && most !== undefined && this.#isLonger(asked, most)) throw overBound(field, asked, most);
    }
  }

  /** As `checkBounds`, where null lifts a limit, and so exceeds every bound. */
  checkBoundsOfChange(body: Bounded): void {
    const { upperBounds } = this.settings.current().keys;
    for (const field of [...numberBounds, ...durationBounds]) {
      const most = upperBounds[field];
      if (body[field] === null && most !== undefined) throw overBound(field, 'none', most);
    }
    this.checkBounds(body);
  }

  /** @throws GatewayError `forbidden` or `invalid_request` where the configuration leaves the making of such keys to others, or wants more said */
  checkGeneration(body: GenerateKeyBody, scope: AccessScope, { ids, team }: KeyOwnersFound): void {
    if (scope.everything === 'write') return;
    const { team_key_generation: forTeams, personal_key_generation: personal } =
      this.settings.current().keys.generation;
    const [roles, role, rule] =
      ids.teamId === null
        ? [personal?.allowed_user_roles, scope.principal.role, personal]
        : [forTeams?.allowed_team_member_roles, teamRole(scope, team?.id), forTeams];
    if (roles && !roles.includes(role)) {
      const reason = `Keys of this kind are made by these roles alone: ${roles.join(', ')}. Yours is ${role}.`;
      throw new GatewayError('forbidden', { facts: { reason } });
    }
    const absent = rule?.required_params?.find((param) => (body as Readonly<Record<string, unknown>>)[param] == null);
    if (absent !== undefined) {
      const reason = `\`${absent}\` is missing: the operator requires it of every new key.`;
      throw new GatewayError('invalid_request', { param: absent, facts: { reason } });
    }
  }

  /** @throws GatewayError `forbidden` where values of keys are not chosen, `conflict` for the master key */
  checkCustomKey(key: string | null | undefined, param: 'key' | 'new_key'): void {
    if (key == null) return;
    if (!this.settings.current().keys.allowsCustomKeys) {
      const reason = 'Custom API key values are disabled by your administrator. Leave the value out, and one is made.';
      throw new GatewayError('forbidden', { param, facts: { reason } });
    }
    if (keyHash(key) === keyHash(this.settings.general.masterKey)) throw keyTaken(param);
  }

  /**
   * When a key with this duration ends: null for never, undefined where the body says nothing.
   *
   * @throws GatewayError `invalid_request` for a moment that no database has a date for
   */
  expiryOf(duration: string | null | undefined): Date | null | undefined {
    if (duration === undefined) return undefined;
    return duration === null || duration === forEver ? null : this.after(duration, 'duration');
  }

  /** @throws GatewayError `invalid_request` for a moment that no database has a date for */
  after(duration: string, param: string): Date {
    const end = addDuration(this.now(), duration);
    if (end) return end;
    const reason = `\`${param}\` must be a whole number with a unit: 30s, 30m, 30h, 30d, 2w or 1mo.`;
    throw new GatewayError('invalid_request', { param, facts: { reason } });
  }

  /** The end of a temporary increase: a moment, or a duration from now on. */
  increaseUntil(expiry: string): Date {
    return addDuration(this.now(), expiry) ?? new Date(expiry);
  }

  /** Until when a value that is replaced goes on working; null where it ends at once. */
  graceUntil(given: string | null | undefined): Date | null {
    const period = given || this.settings.current().keys.gracePeriod;
    return period === null ? null : this.after(period, 'grace_period');
  }

  #isLonger(asked: string, most: string): boolean {
    if (asked === forEver) return true;
    const [end, latest] = [addDuration(this.now(), asked), addDuration(this.now(), most)];
    return end !== null && latest !== null && end > latest;
  }
}

export function keyTaken(param: string, cause?: unknown): GatewayError {
  const reason = 'A key with this key_alias, or this very key, exists already. Choose another one.';
  return new GatewayError('conflict', { param, facts: { reason }, ...(cause !== undefined && { cause }) });
}

function overBound(field: string, asked: number | string, most: number | string): GatewayError {
  const reason = `\`${field}\` is over the limit that the operator has set for all keys: ${asked} is asked for, ${most} is the most.`;
  return new GatewayError('invalid_request', { param: field, facts: { reason } });
}

function teamRole(scope: AccessScope, teamId: string | undefined): string {
  // Whoever makes a team's keys without being its member administers its organization.
  return scope.teams.get(teamId ?? '')?.role ?? 'admin';
}

function isEmpty(value: object | null | undefined): boolean {
  return value == null || Object.keys(value).length === 0;
}

/** The members of `given` that `body` says nothing of. */
function missing(body: object, given: object): object {
  const said = new Map(Object.entries(body));
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => value !== undefined && said.get(name) == null),
  );
}
