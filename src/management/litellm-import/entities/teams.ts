/** LiteLLM's teams with their members, and what members are limited to. */
import { memberOwner, ownerOf } from '../../../limits/definitions/owner.js';
import { json, lossesOf, needsOf, stampsOf, type ImportContext, type ImportEntity } from '../import-entity.js';
import { keptMetadata } from '../kept-metadata.js';
import { hasLimits, limitsOf, spentNanosOf } from '../limits-of-row.js';
import { asObject, type LiteLLMRow } from '../litellm-row.js';
import { NotImportable } from '../not-importable.js';

const inSettings = ['team_member_budget_id', 'team_member_key_duration', 'model_aliases'] as const;

export const teams: ImportEntity = {
  name: 'teams',
  objectKind: 'team',
  topic: 'team',
  table: 'LiteLLM_TeamTable',
  key: ['team_id'],
  async plan(row, context) {
    const id = row.id('team_id');
    const { metadata, losses } = keptMetadata(row, inSettings);
    const settings = await settingsOf(row, context);
    const permissions = row.names('team_member_permissions');
    const { members, nameless } = membersOf(row);
    const data = {
      id,
      alias: row.text('team_alias'),
      organizationId: row.text('organization_id'),
      models: row.names('models'),
      blocked: row.flag('blocked'),
      metadata: json(metadata),
      ...(permissions.length > 0 && { memberPermissions: permissions }),
      settings: json(settings),
    };
    return {
      id,
      needs: needsOf({ organization: data.organizationId }),
      shown: { team_id: id, team_alias: data.alias, models: data.models, members: members.length },
      losses: [
        ...losses,
        ...(nameless > 0 ? ['members without a user_id'] : []),
        ...lossesOf(row, ['object_permission_id', 'policies', 'router_settings', 'allow_team_guardrail_config']),
      ],
      limits: {
        owner: ownerOf('team', id),
        patch: limitsOf(row),
        spentNanos: spentNanosOf(row),
        resetAt: row.date('budget_reset_at'),
      },
      create: async (tx) => {
        await tx.team.create({ data: { ...data, ...stampsOf(row, context) } });
        await tx.teamMember.createMany({ data: members.map((member) => ({ teamId: id, ...member })) });
      },
    };
  },
  existing: async (client, ids) => {
    const rows = await client.team.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
    return new Set(rows.map(({ id }) => id));
  },
};

async function settingsOf(row: LiteLLMRow, { source }: ImportContext): Promise<Record<string, unknown>> {
  const modelId = row.number('model_id');
  const aliases = modelId === null ? null : await source.find('LiteLLM_ModelTable', 'id', modelId);
  const metadata = row.object('metadata');
  const modelAliases = { ...asObject(metadata['model_aliases']), ...aliases?.object('aliases') };
  const [memberModels, groups] = [row.names('default_team_member_models'), row.names('access_group_ids')];
  const [budget, keyDuration] = [metadata['team_member_budget_id'], metadata['team_member_key_duration']];
  return {
    ...(Object.keys(modelAliases).length > 0 && { model_aliases: modelAliases }),
    ...(memberModels.length > 0 && { default_team_member_models: memberModels }),
    ...(groups.length > 0 && { access_group_ids: groups }),
    ...(typeof budget === 'string' && { team_member_budget_id: budget }),
    ...(typeof keyDuration === 'string' && { team_member_key_duration: keyDuration }),
  };
}

interface Member {
  readonly userId: string;
  readonly role: 'admin' | 'user';
}

/** Once each; older versions have no roles, and admins in a column of their own. */
function membersOf(row: LiteLLMRow): { members: Member[]; nameless: number } {
  const roles = new Map<string, Member['role']>();
  for (const userId of row.names('members')) roles.set(userId, 'user');
  for (const userId of row.names('admins')) roles.set(userId, 'admin');
  let nameless = 0;
  for (const given of row.list('members_with_roles')) {
    const { user_id: userId, role } = asObject(given);
    if (typeof userId !== 'string' || userId === '') nameless += 1;
    else roles.set(userId, role === 'admin' ? 'admin' : 'user');
  }
  return { members: [...roles].map(([userId, role]) => ({ userId, role })), nameless };
}

export const teamMembers: ImportEntity = {
  name: "team members' limits",
  objectKind: 'team_member',
  topic: 'member',
  table: 'LiteLLM_TeamMembership',
  key: ['team_id', 'user_id'],
  plan(row, { budgetModels }) {
    const [teamId, userId] = [row.id('team_id'), row.id('user_id')];
    const owner = memberOwner(teamId, userId);
    const limits = { owner, patch: limitsOf(row), spentNanos: spentNanosOf(row), resetAt: null };
    if (!hasLimits({ ...limits.patch }) && limits.spentNanos === 0n) return null;
    const models = budgetModels.get(row.text('budget_id') ?? '');
    return {
      id: owner.slice('member:'.length),
      needs: needsOf({ team: teamId, user: userId }),
      shown: { team_id: teamId, user_id: userId, budget_id: row.text('budget_id'), ...(models && { models }) },
      losses: [],
      limits,
      create: async (tx) => {
        const member = await tx.teamMember.findUnique({ where: { teamId_userId: { teamId, userId } } });
        if (!member) throw new NotImportable('it is no member of a team that is here');
        if (models)
          await tx.teamMember.update({ where: { teamId_userId: { teamId, userId } }, data: { models: [...models] } });
      },
    };
  },
  existing: async (client, ids) => {
    const where = { owner: { in: ids.map((id) => `member:${id}`) } };
    const limits = await client.ownerLimits.findMany({ where, select: { owner: true } });
    const accounts = await client.budgetAccount.findMany({ where, select: { owner: true } });
    return new Set([...limits, ...accounts].map(({ owner }) => owner.slice('member:'.length)));
  },
};
