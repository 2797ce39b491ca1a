/** LiteLLM's organizations, and who belongs to them. */
import { ownerOf } from '../../../limits/definitions/owner.js';
import { json, lossesOf, needsOf, stampsOf, type ImportEntity } from '../import-entity.js';
import { limitsOf, spentNanosOf } from '../limits-of-row.js';
import { keptMetadata } from '../kept-metadata.js';
import { NotImportable } from '../not-importable.js';

export const organizations: ImportEntity = {
  name: 'organizations',
  objectKind: 'organization',
  topic: 'organization',
  table: 'LiteLLM_OrganizationTable',
  key: ['organization_id'],
  plan(row, context) {
    const id = row.id('organization_id');
    const { metadata, losses } = keptMetadata(row);
    const data = {
      id,
      alias: row.text('organization_alias') ?? id,
      models: row.names('models'),
      metadata: json(metadata),
    };
    return {
      id,
      shown: { organization_id: id, organization_alias: data.alias, models: data.models },
      losses: [...losses, ...lossesOf(row, ['object_permission_id'])],
      limits: {
        owner: ownerOf('organization', id),
        patch: limitsOf(row),
        spentNanos: spentNanosOf(row),
        resetAt: null,
      },
      create: async (tx) => {
        await tx.organization.create({ data: { ...data, ...stampsOf(row, context) } });
      },
    };
  },
  existing: async (client, ids) => {
    const rows = await client.organization.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
    return new Set(rows.map(({ id }) => id));
  },
};

const memberRoles = new Set(['org_admin', 'internal_user', 'internal_user_viewer']);

export const organizationMembers: ImportEntity = {
  name: 'organization members',
  objectKind: 'organization_member',
  topic: 'organization',
  table: 'LiteLLM_OrganizationMembership',
  key: ['organization_id', 'user_id'],
  plan(row) {
    const [organizationId, userId] = [row.id('organization_id'), row.id('user_id')];
    const given = row.text('user_role');
    if (given !== null && !memberRoles.has(given)) throw new NotImportable(`the role \`${given}\` is not known`);
    const role = given ?? 'internal_user_viewer';
    return {
      id: pairId(organizationId, userId),
      feedKey: organizationId,
      needs: needsOf({ organization: organizationId, user: userId }),
      shown: { organization_id: organizationId, user_id: userId, user_role: role },
      losses: lossesOf(row, ['budget_id']),
      create: async (tx) => {
        const organization = await tx.organization.findUnique({ where: { id: organizationId } });
        if (!organization) throw new NotImportable('its organization is not here');
        await tx.organizationMember.create({ data: { organizationId, userId, role } });
      },
    };
  },
  existing: async (client, ids) => {
    const OR = ids.map((id) => {
      const [organizationId = '', userId = ''] = id.split('/').map(decodeURIComponent);
      return { organizationId, userId };
    });
    const rows = await client.organizationMember.findMany({ where: { OR } });
    return new Set(rows.map(({ organizationId, userId }) => pairId(organizationId, userId)));
  },
};

function pairId(organizationId: string, userId: string): string {
  return `${encodeURIComponent(organizationId)}/${encodeURIComponent(userId)}`;
}
