/** Reads whom a key belongs to: its user, team, organization, project and budget, and what each of them is limited to. */
import { Injectable } from '@nestjs/common';
import { allPowers, type Holding } from '../../auth/scope/grants.js';
import type { Principal } from '../../auth/principal.js';
import type { Ownership } from '../../auth/scope/access-scope.js';
import type {
  Budget,
  DatabaseClient,
  Organization,
  Project,
  Team,
  TeamMember,
  User,
  VirtualKey,
} from '../../database/database-client.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { memberOwner, ownerOf, type Owner } from '../../limits/definitions/owner.js';
import { powersOfLimits, powersOfOwner, powersOfRow } from './key-powers.js';
import { KeyRepository } from './key.repository.js';

/** The ids that a key names. */
export interface OwnerIds {
  readonly userId: string | null;
  readonly teamId: string | null;
  readonly organizationId: string | null;
  readonly projectId: string | null;
  readonly budgetId: string | null;
}

/** What stands behind them; null for an id that is not given, and for one that leads nowhere. */
export interface KeyOwnersFound {
  readonly ids: OwnerIds;
  readonly user: User | null;
  readonly team: Team | null;
  /** The user within the team. */
  readonly member: TeamMember | null;
  readonly organization: Organization | null;
  readonly project: Project | null;
  readonly budget: Budget | null;
  /** The organization's admins have a say in the keys of its teams. */
  readonly ownership: Ownership;
}

@Injectable()
export class KeyOwners {
  constructor(
    private readonly limits: LimitDefinitions,
    private readonly keys: KeyRepository,
  ) {}

  async read(client: DatabaseClient, ids: OwnerIds): Promise<KeyOwnersFound> {
    const { userId, teamId, projectId, budgetId } = ids;
    const team = teamId === null ? null : await client.team.findUnique({ where: { id: teamId } });
    const organizationId = ids.organizationId ?? team?.organizationId ?? null;
    return {
      ids,
      team,
      user: userId === null ? null : await client.user.findUnique({ where: { id: userId } }),
      member:
        userId === null || teamId === null
          ? null
          : await client.teamMember.findUnique({ where: { teamId_userId: { teamId, userId } } }),
      organization:
        organizationId === null ? null : await client.organization.findUnique({ where: { id: organizationId } }),
      project: projectId === null ? null : await client.project.findUnique({ where: { id: projectId } }),
      budget: budgetId === null ? null : await client.budget.findUnique({ where: { id: budgetId } }),
      ownership: { userId, teamId, organizationId: team?.organizationId ?? ids.organizationId },
    };
  }

  /** Whose each key is, for the rules of the access scope. */
  async ownershipsOf(client: DatabaseClient, rows: readonly VirtualKey[]): Promise<Map<string, Ownership>> {
    const teamIds = [...new Set(rows.map(({ teamId }) => teamId).filter((id) => id !== null))];
    const teams =
      teamIds.length === 0
        ? []
        : await client.team.findMany({ where: { id: { in: teamIds } }, select: { id: true, organizationId: true } });
    const organizationOf = new Map(teams.map(({ id, organizationId }) => [id, organizationId]));
    return new Map(
      rows.map(({ token, userId, teamId, organizationId }) => [
        token,
        { userId, teamId, organizationId: organizationOf.get(teamId ?? '') ?? organizationId },
      ]),
    );
  }

  /** What the requests of a key with these owners are held to beside its own limits. A team's keys are the team's: their user's own models and limits are not asked. */
  async holdings(client: DatabaseClient, owners: KeyOwnersFound): Promise<Holding[]> {
    const { ids, user, team, member, organization, project } = owners;
    const candidates: (readonly [who: string, models: unknown, owner: Owner])[] = [];
    if (team) candidates.push([`the team ${team.id}`, team.models, ownerOf('team', team.id)]);
    else if (user) candidates.push([`the user ${user.id}`, user.models, ownerOf('user', user.id)]);
    if (team && ids.userId !== null && member) {
      const who = `the membership of ${ids.userId} in the team ${team.id}`;
      candidates.push([who, member.models, memberOwner(team.id, ids.userId)]);
    }
    if (organization) {
      const who = `the organization ${organization.id}`;
      candidates.push([who, organization.models, ownerOf('organization', organization.id)]);
    }
    if (project) candidates.push([`the project ${project.id}`, project.models, ownerOf('project', project.id)]);
    const limits = await this.limits.read(
      client,
      candidates.map(([, , owner]) => owner),
    );
    return candidates.map(([who, models, owner]) => ({
      ...powersOfOwner(models, limits.get(owner)?.effective ?? {}),
      who,
      holdsForTheKey: true,
    }));
  }

  /** What the key is held to that the caller came with; null for the master key and for callers without a key. */
  async holdingOfUsedKey(client: DatabaseClient, principal: Principal): Promise<Holding | null> {
    if (principal.isMaster) return null;
    const used = await this.keys.find(client, principal.keyHash);
    const { models, allowedRoutes = [], passThroughRoutes: passed } = principal;
    const teamId = used?.row.teamId ?? null;
    const namesTeam = teamId !== null && (used?.row.models as readonly string[]).includes(allTeamModels);
    const team = namesTeam ? await client.team.findUnique({ where: { id: teamId } }) : null;
    // What authentication knows of the caller holds also where no row stands behind it, as with a token of a single sign-on.
    const powers = used
      ? {
          ...powersOfRow(used.row),
          ...powersOfLimits(used.limits.effective, 'lasting'),
          aliasTargets: [],
          models: withTeamModels(used.row.models as readonly string[], team),
        }
      : {
          ...allPowers,
          models,
          allowedRoutes,
          passThroughAllowed: passed?.allowed ?? [],
          passThroughDenied: passed?.denied ?? [],
        };
    return { ...powers, who: 'the key that you use', holdsForTheKey: false };
  }
}

const allTeamModels = 'all-team-models';

/** A key's models with those of its team in the place of the name that stands for them; empty where that is all models. */
export function withTeamModels(models: readonly string[], team: Pick<Team, 'models'> | null): readonly string[] {
  if (!team || !models.includes(allTeamModels)) return models;
  const ofTeam = team.models as readonly string[];
  return ofTeam.length === 0 ? [] : [...models.filter((model) => model !== allTeamModels), ...ofTeam];
}
