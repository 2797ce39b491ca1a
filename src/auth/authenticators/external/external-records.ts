/** Turns what a token says of its bearer into what a virtual key would be: the same rules hold for both from there on. */
import { hash } from 'node:crypto';
import type { JwtSettings, UnregisteredBehavior } from '../../../config/jwt-settings.js';
import { GatewayError } from '../../../core/errors/gateway-error.js';
import { jwtMappingTopic } from '../../../database/change-topics.js';
import type { DatabaseClient, Team, User, VirtualKey } from '../../../database/database-client.js';
import type { DatabaseService } from '../../../database/database.service.js';
import { emailKeyOf } from '../../email-key.js';
import { dependencyOf, type VirtualKeyRecord } from '../../key-record.js';
import type { Role } from '../../principal.js';
import type { VirtualKeyRepository } from '../../virtual-key.repository.js';
import type { TokenIdentity, VirtualKeyClaim } from '../jwt/token-identity.js';
import type { IdentityRegistrar } from './identity-registrar.js';
import { everyIssuer, mappingKey } from './key-mapping.js';

/** Nobody is to wait for long. */
const longestLookUpMs = 2_000;

export interface ExternalRecordsOptions {
  readonly database: DatabaseService;
  readonly keys: VirtualKeyRepository;
  readonly registrar: IdentityRegistrar | undefined;
  readonly settings: Pick<
    JwtSettings,
    | 'adminRoutes'
    | 'teamRoutes'
    | 'publicRoutes'
    | 'makesTeams'
    | 'makesUsers'
    | 'needsTeamForModels'
    | 'syncsRolesAndTeams'
  >;
}

export interface Bearer {
  readonly identity: TokenIdentity;
  readonly unregistered: UnregisteredBehavior;
  /** The team that the request names by `x-litellm-team-id`. */
  readonly wantedTeamId: string | undefined;
  /** Epoch milliseconds; null where nothing says when it ends. */
  readonly expiresAtMs: number | null;
}

export class ExternalRecords {
  constructor(private readonly options: ExternalRecordsOptions) {}

  /** @throws GatewayError `token_not_allowed`; `database_unavailable` */
  async of(bearer: Bearer): Promise<VirtualKeyRecord> {
    const mapped = await this.mappedKey(bearer);
    if (mapped !== null) return this.recordOfKey(mapped, bearer);
    const { identity } = bearer;
    const user = await this.user(identity);
    const team = await this.team(bearer);
    const organizationId = await this.organization(identity);
    const owners = { userId: user?.id ?? identity.userId, teamId: team?.id };
    const record = await this.options.keys.surround(keyRow(identity, owners.userId, owners.teamId, organizationId));
    const claim = this.claimToRegister(bearer, owners);
    if (claim) {
      const allowedRoutes = this.routesOf(identity, record, team);
      return this.recordOfKey(await this.registrar().registerKey({ ...claim, ...owners, allowedRoutes }), bearer);
    }
    return {
      ...record,
      expiresAtMs: bearer.expiresAtMs,
      endUserId: identity.endUserId,
      role: roleOf(identity, record, team),
      allowedRoutes: this.routesOf(identity, record, team),
      dependsOn: [...record.dependsOn, ...dependenciesOf(identity)],
      ...(this.options.settings.needsTeamForModels && !team && !identity.isAdmin && { models: ['no-default-models'] }),
    };
  }

  /** The virtual key that a claim of the token stands for; null where the other claims are to say who it is. */
  private async mappedKey({ identity, unregistered }: Bearer): Promise<string | null> {
    const { virtualKeyClaim: claim } = identity;
    if (!claim) {
      if (unregistered === 'reject') throw refused('it has no claim that stands for a virtual key');
      return null;
    }
    const { issuer, name: claimName, value: claimValue } = claim;
    const where = { issuer: { in: [issuer, everyIssuer] }, claimName, claimValue };
    // The issuer's own goes before the one of all issuers.
    const [mapping] = await this.run((client) =>
      client.jwtKeyMapping.findMany({ where, orderBy: { issuer: 'desc' }, take: 1 }),
    );
    if (mapping && !mapping.active) throw refused('the virtual key that it stands for is not active');
    // An admin acts by the token itself: a key would not be one's.
    if (!mapping && unregistered === 'reject' && !identity.isAdmin)
      throw refused('no virtual key is registered for it');
    return mapping?.token ?? null;
  }

  /** A key is given to nobody whom the token itself holds to less than a key of these owners could do. */
  private claimToRegister(
    { identity, unregistered }: Bearer,
    { userId, teamId }: { readonly userId: string | undefined; readonly teamId: string | undefined },
  ): VirtualKeyClaim | undefined {
    if (unregistered !== 'auto_register' || identity.isAdmin || identity.isCustomer || identity.scoped)
      return undefined;
    const isOwned = teamId !== undefined || (userId !== undefined && !this.options.settings.needsTeamForModels);
    return isOwned ? identity.virtualKeyClaim : undefined;
  }

  private async recordOfKey(token: string, { identity, expiresAtMs }: Bearer): Promise<VirtualKeyRecord> {
    const key = await this.options.keys.find(token);
    if (!key) throw refused('the virtual key that it stands for does not exist any more');
    return {
      ...key,
      expiresAtMs: earlier(key.expiresAtMs, expiresAtMs),
      endUserId: identity.endUserId,
      dependsOn: [...key.dependsOn, ...dependenciesOf(identity)],
    };
  }

  private async user({ userId, userEmail, userRole, teamIds, namesTeams }: TokenIdentity): Promise<User | null> {
    if (userId === undefined) return null;
    const { makesUsers, syncsRolesAndTeams } = this.options.settings;
    let user = await this.findUser(userId, userEmail);
    if (!user && makesUsers) {
      await this.registrar().createUser({ id: userId, email: userEmail, role: userRole });
      user = await this.findUser(userId, userEmail);
    }
    if (!user) throw refused(`there is no user ${userId}; the operator can have users made by \`user_id_upsert\``);
    if (!syncsRolesAndTeams) return user;
    await this.registrar().syncUser({ id: user.id, role: userRole, teamIds: namesTeams ? teamIds : undefined });
    return this.findUser(user.id, undefined);
  }

  private async findUser(id: string, email: string | undefined): Promise<User | null> {
    const byId = await this.run((client) => client.user.findUnique({ where: { id } }));
    if (byId || email === undefined) return byId;
    return this.run((client) => client.user.findUnique({ where: { emailKey: emailKeyOf(email) } }));
  }

  /** The one that the request names, where the token has it; else the first that exists. */
  private async team({ identity, wantedTeamId }: Bearer): Promise<Team | null> {
    const named = [...identity.teamIds];
    const { teamAlias } = identity;
    if (teamAlias !== undefined) named.push(...(await this.teamsWithAlias(teamAlias)));
    if (wantedTeamId !== undefined) {
      if (!named.includes(wantedTeamId)) throw refused('it is not of the team that `x-litellm-team-id` names');
      named.splice(0, named.length, wantedTeamId);
    }
    const [first] = named;
    if (first === undefined) {
      if (teamAlias !== undefined) throw refused('the team that it names does not exist');
      return null;
    }
    const found = await this.run((client) => client.team.findMany({ where: { id: { in: named } } }));
    const team = named.map((id) => found.find((row) => row.id === id)).find((row) => row !== undefined);
    if (team) return team;
    if (!this.options.settings.makesTeams) throw refused('none of the teams that it names exists');
    await this.registrar().createTeam({ id: first });
    return this.run((client) => client.team.findUnique({ where: { id: first } }));
  }

  private async teamsWithAlias(alias: string): Promise<readonly string[]> {
    const rows = await this.run((client) => client.team.findMany({ where: { alias }, select: { id: true }, take: 2 }));
    // Whose of two would it be?
    if (rows.length > 1) throw refused('several teams have the alias that it names');
    return rows.map(({ id }) => id);
  }

  private async organization({ organizationId, organizationAlias }: TokenIdentity): Promise<string | undefined> {
    if (organizationId === undefined && organizationAlias === undefined) return undefined;
    const where = organizationId === undefined ? { alias: organizationAlias ?? '' } : { id: organizationId };
    const [found, ...others] = await this.run((client) =>
      client.organization.findMany({ where, select: { id: true }, take: 2 }),
    );
    if (!found || others.length > 0)
      throw refused('the organization that it names does not exist, or is not the only one with that alias');
    return found.id;
  }

  private routesOf(identity: TokenIdentity, record: VirtualKeyRecord, team: Team | null): readonly string[] {
    const { adminRoutes, teamRoutes, publicRoutes } = this.options.settings;
    if (identity.scoped && identity.scoped.routes.length > 0) return identity.scoped.routes;
    if (identity.isAdmin) return adminRoutes;
    if (record.userId !== null) return [];
    return team || identity.isCustomer ? teamRoutes : publicRoutes;
  }

  private run<T>(work: (client: DatabaseClient) => Promise<T>): Promise<T> {
    return this.options.database.run(work, longestLookUpMs);
  }

  private registrar(): IdentityRegistrar {
    const { registrar } = this.options;
    if (!registrar) throw new GatewayError('internal', { detail: 'nobody makes users and teams that tokens name' });
    return registrar;
  }
}

/** A mapping that is made, changed or deleted makes void what was read without it. */
function dependenciesOf({ virtualKeyClaim: claim }: TokenIdentity): readonly string[] {
  return claim ? [dependencyOf(jwtMappingTopic, mappingKey(claim.name, claim.value))] : [];
}

function roleOf(identity: TokenIdentity, record: VirtualKeyRecord, team: Team | null): Role {
  if (identity.isAdmin) return 'proxy_admin';
  if (identity.isCustomer) return 'customer';
  if (record.userId !== null) return record.role;
  return team ? 'team' : 'customer';
}

/** A row that is in no table: what a virtual key of the bearer would be. */
function keyRow(
  identity: TokenIdentity,
  userId: string | undefined,
  teamId: string | undefined,
  organizationId: string | undefined,
): VirtualKey {
  const never = new Date(0);
  return {
    // Stands for the bearer in the ledger; no key has it, since a key's hash is of one part.
    token: hash('sha256', `token of\n${identity.subject}`, 'hex'),
    keyName: '',
    keyAlias: null,
    models: [...(identity.scoped?.models ?? [])],
    expires: null,
    blocked: false,
    metadata: {},
    userId: userId ?? null,
    teamId: teamId ?? null,
    organizationId: organizationId ?? null,
    projectId: null,
    allowedRoutes: null,
    settings: null,
    autoRotate: false,
    rotationInterval: null,
    rotateAt: null,
    rotatedAt: null,
    rotationCount: 0,
    createdAt: never,
    createdBy: '',
    updatedAt: never,
    updatedBy: '',
  };
}

function earlier(one: number | null, other: number | null): number | null {
  return one === null ? other : other === null ? one : Math.min(one, other);
}

function refused(reason: string): GatewayError {
  return new GatewayError('token_not_allowed', { facts: { reason } });
}
