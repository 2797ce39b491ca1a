/** The members of an organization: added, changed and taken out by proxy admins and its own admins. */
import { Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { AccessScopes } from '../../auth/scope/access-scopes.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import { organizationTopic } from '../../database/change-topics.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import type { OrganizationMember } from '../../database/database-client.js';
import { findPerson, getOrMakePerson, type Person, type PersonName } from '../members/member-users.js';
import type { Actor } from '../writes/actor.js';
import { ManagementWrites, type ManagementWrite } from '../writes/management-writes.service.js';
import type {
  OrganizationMemberAddBody,
  OrganizationMemberAnswer,
  OrganizationMemberDeleteBody,
  OrganizationMemberUpdateBody,
} from './organization.dto.js';
import { checkMayChange, organizationNotFound } from './organization-rules.js';
import { OrganizationRepository, type OrganizationWithMembers } from './organization.repository.js';

interface Change {
  readonly write: ManagementWrite;
  readonly organization: OrganizationWithMembers;
  readonly scope: AccessScope;
}

@Injectable()
export class OrganizationMembersService {
  constructor(
    private readonly writes: ManagementWrites,
    private readonly scopes: AccessScopes,
    private readonly organizations: OrganizationRepository,
  ) {}

  add({ organization_id: id, member }: OrganizationMemberAddBody, actor: Actor): Promise<object> {
    return this.#change(id, actor, async ({ write, organization, scope }) => {
      const known = new Set(organization.members.map(({ userId }) => userId));
      const people: Person[] = [];
      const rows: OrganizationMember[] = [];
      const mayChooseIds = scope.everything === 'write';
      const rules = mayChooseIds
        ? { mayChooseIds }
        : { mayChooseIds, organizationIds: [...scope.administeredOrganizations] };
      for (const { role, ...name } of member) {
        const person = await getOrMakePerson(write, actor, name, rules);
        if (known.has(person.id)) throw alreadyMember(person.id);
        known.add(person.id);
        people.push(person);
        rows.push(await write.tx.organizationMember.create({ data: { organizationId: id, userId: person.id, role } }));
      }
      const memberships = await this.organizations.memberViews(write.tx, rows);
      for (const after of memberships) told(write, 'organization.member_add', id, undefined, after);
      return {
        organization_id: id,
        updated_users: people.map(({ id: user_id, email, role }) => ({ user_id, user_email: email, user_role: role })),
        updated_organization_memberships: memberships,
      };
    });
  }

  update(body: OrganizationMemberUpdateBody, actor: Actor): Promise<OrganizationMemberAnswer> {
    const { organization_id: id, role } = body;
    return this.#change(id, actor, async (change) => {
      const { write } = change;
      const { row, before } = await this.#member(change, body);
      const where = { organizationId_userId: { organizationId: id, userId: row.userId } };
      const next = role == null ? row : await write.tx.organizationMember.update({ where, data: { role } });
      const [after] = await this.organizations.memberViews(write.tx, [next]);
      told(write, 'organization.member_update', id, before, after);
      return after as OrganizationMemberAnswer;
    });
  }

  /** Memberships in its teams stay with those who administer the teams, as in LiteLLM. */
  remove(body: OrganizationMemberDeleteBody, actor: Actor): Promise<OrganizationMemberAnswer> {
    const { organization_id: id } = body;
    return this.#change(id, actor, async (change) => {
      const { row, before } = await this.#member(change, body);
      await change.write.tx.organizationMember.deleteMany({ where: { organizationId: id, userId: row.userId } });
      told(change.write, 'organization.member_delete', id, before, undefined);
      return before;
    });
  }

  async #change<T>(id: string, actor: Actor, work: (change: Change) => Promise<T>): Promise<T> {
    const scope = await this.scopes.of(actor.principal);
    checkMayChange(scope, id);
    try {
      return await this.writes.run(actor, async (write) => {
        const organization = await this.organizations.lock(write.tx, id, actor.name);
        if (!organization) throw organizationNotFound(id);
        return work({ write, organization, scope });
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const reason = 'A user or member of this id or email was made at the same time. Nothing was changed; try again.';
      throw new GatewayError('conflict', { facts: { reason }, cause: error });
    }
  }

  /** @throws GatewayError `invalid_request` for who is no member, `forbidden` for a proxy admin whom others would change */
  async #member(
    { write, organization, scope }: Change,
    name: PersonName,
  ): Promise<{ readonly row: OrganizationMember; readonly before: OrganizationMemberAnswer }> {
    const person = await findPerson(write.tx, name);
    const userId = person?.id ?? name.user_id;
    const row = organization.members.find((each) => each.userId === userId);
    const [before] = row ? await this.organizations.memberViews(write.tx, [row]) : [];
    if (!row || !before) {
      const reason = 'This user is no member of the organization.';
      throw new GatewayError('invalid_request', { param: 'user_id', facts: { reason } });
    }
    if (scope.everything !== 'write' && person?.role.startsWith('proxy_admin') === true) {
      const reason = 'The membership of a proxy admin is changed by proxy admins alone.';
      throw new GatewayError('forbidden', { param: 'user_id', facts: { reason } });
    }
    return { row, before };
  }
}

function told(
  { audit, changed }: ManagementWrite,
  action: string,
  id: string,
  before: OrganizationMemberAnswer | undefined,
  after: OrganizationMemberAnswer | undefined,
): void {
  audit({ action, objectKind: 'organization', objectId: id, before, after });
  changed(organizationTopic, id);
}

function alreadyMember(userId: string): GatewayError {
  const reason = `The user ${userId} is a member of the organization already. Nothing was changed.`;
  return new GatewayError('invalid_request', { param: 'member', facts: { reason } });
}
