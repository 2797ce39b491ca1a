/** Membership in organizations, as teams and organizations write it. */
import type { ManagementWrite } from '../writes/management-writes.service.js';
import { organizationTopic } from '../../database/change-topics.js';

/** Leaves the role of a member as it is. */
export async function joinOrganization(
  { tx, audit, changed }: ManagementWrite,
  organizationId: string,
  userId: string,
): Promise<void> {
  const where = { organizationId_userId: { organizationId, userId } };
  if (await tx.organizationMember.findUnique({ where })) return;
  await tx.organizationMember.create({ data: { organizationId, userId, role: 'internal_user' } });
  const after = { user_id: userId, user_role: 'internal_user' };
  audit({ action: 'organization.member_add', objectKind: 'organization', objectId: organizationId, after });
  changed(organizationTopic, organizationId);
}
