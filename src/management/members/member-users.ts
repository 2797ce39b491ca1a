/** The users whom a request names as members, by id or by email; those whom nobody knows yet are made. */
import { randomUUID } from 'node:crypto';
import { emailKeyOf } from '../../auth/email-key.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Actor } from '../writes/actor.js';
import type { ManagementWrite } from '../writes/management-writes.service.js';
import { userTopic } from '../../database/change-topics.js';

/** Whom a request means: one of the two at least. */
export interface PersonName {
  readonly user_id?: string | null | undefined;
  readonly user_email?: string | null | undefined;
}

export interface Person {
  readonly id: string;
  readonly email: string | null;
  /** Of the user in the whole proxy. */
  readonly role: string;
  readonly isNew: boolean;
}

/** The master key's user has no row: nobody is to sign in as it. */
export const masterUserId = 'default_user_id';

/** Whom a request may mean. */
export interface PersonRules {
  /** A caller who may not is refused an id that nobody has, and makes users by their email only. */
  readonly mayChooseIds: boolean;
  /**
   * Where it is given, a user who is there already must be a member of one of these: who administers an organization manages its users,
   * and would otherwise come by anybody's account by adding it.
   */
  readonly organizationIds?: readonly string[] | undefined;
}

/** @throws GatewayError `invalid_request` where id and email are two users', `forbidden` for an id that is not there or not the caller's to add */
export async function getOrMakePerson(
  write: ManagementWrite,
  actor: Actor,
  name: PersonName,
  { mayChooseIds, organizationIds }: PersonRules,
): Promise<Person> {
  const found = await findPerson(write.tx, name);
  if (found && (await isWithin(write.tx, found.id, organizationIds))) return found;
  const email = name.user_email ?? null;
  if (name.user_id === masterUserId) return { id: masterUserId, email, role: 'proxy_admin', isNew: false };
  if (found || (name.user_id != null && !mayChooseIds)) throw noAccessTo(name);
  const id = name.user_id ?? randomUUID();
  const row = await write.tx.user.create({
    data: {
      id,
      email,
      emailKey: email === null ? null : emailKeyOf(email),
      role: 'internal_user',
      models: [],
      metadata: {},
      createdBy: actor.name,
      updatedBy: actor.name,
    },
  });
  const after = { user_id: id, user_email: email, user_role: row.role };
  write.audit({ action: 'user.new', objectKind: 'user', objectId: id, after });
  write.changed(userTopic, id);
  return { id, email, role: row.role, isNew: true };
}

/** The same words for who is not there and for who is somebody else's. */
export function noAccessTo({ user_id: id, user_email: email }: PersonName): GatewayError {
  const reason = `You have no access to a user ${id ?? email}. Ask an admin of the organization to make somebody new by \`user_email\`, or a proxy admin to add the user.`;
  return new GatewayError('forbidden', { param: id == null ? 'user_email' : 'user_id', facts: { reason } });
}

async function isWithin(
  tx: ManagementWrite['tx'],
  userId: string,
  organizationIds: readonly string[] | undefined,
): Promise<boolean> {
  if (organizationIds === undefined) return true;
  const where = { userId, organizationId: { in: [...organizationIds] } };
  return (await tx.organizationMember.count({ where })) > 0;
}

/** @throws GatewayError `invalid_request` where id and email are two users' */
export async function findPerson(
  tx: ManagementWrite['tx'],
  { user_id: id, user_email: email }: PersonName,
): Promise<Person | null> {
  const byId = id == null ? null : await tx.user.findUnique({ where: { id } });
  const byEmail = email == null ? null : await tx.user.findUnique({ where: { emailKey: emailKeyOf(email) } });
  const isOther = byEmail ? id != null && byEmail.id !== id : byId?.emailKey != null && email != null;
  if (isOther) {
    const reason = '`user_id` and `user_email` belong to two users. Give one of them.';
    throw new GatewayError('invalid_request', { param: 'user_email', facts: { reason } });
  }
  const row = byId ?? byEmail;
  return row && { id: row.id, email: row.email, role: row.role, isNew: false };
}
