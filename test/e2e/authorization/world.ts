/** Two organizations with their teams, users and keys: who calls, and what they may ask about, written into the database directly. */
import { keyHash } from '../../../src/auth/key-hash.js';
import type { Principal } from '../../../src/auth/principal.js';
import type { DatabaseClient, Prisma } from '../../../src/database/database-client.js';
import { keyOf, type Caller, type KnownCaller } from './callers.js';

/** Where an object stands as its caller sees it. */
export const positions = ['own', 'same_team', 'other_team', 'other_organization', 'missing'] as const;
export type Position = (typeof positions)[number];

export type ObjectKind = 'key' | 'user' | 'team' | 'organization' | 'project' | 'customer' | 'budget' | 'tag' | 'access_group' | 'model' | 'credential'; // prettier-ignore

/** The users of the callers that have one. */
const userOf: Partial<Record<Caller, string>> = {
  internal_user_viewer: 'u-viewer',
  internal_user: 'u-plain',
  team_member: 'u-member',
  team_admin: 'u-lead',
  org_admin: 'u-org',
  proxy_admin_viewer: 'u-auditor',
  proxy_admin: 'u-admin',
};
const roleOf: Readonly<Record<string, string>> = {
  'u-viewer': 'internal_user_viewer',
  'u-auditor': 'proxy_admin_viewer',
  'u-admin': 'proxy_admin',
};
/** Who is spoken of beside the callers. */
const others = ['u-mate', 'u-other-team', 'u-foreign'];
const teamOf: Readonly<Record<string, string>> = {
  'u-member': 'team-own',
  'u-lead': 'team-own',
  'u-mate': 'team-own',
  'u-other-team': 'team-other',
  'u-foreign': 'team-foreign',
};

const keyObjectOf = (user: string): string => keyHash(`sk-object-of-${user}`);

/** The ids that a kind has at each position; a position that makes no difference for the kind is left out. */
export function objectId(kind: ObjectKind, position: Position, caller: KnownCaller): string | undefined {
  if (position === 'missing') return kind === 'key' ? keyHash('sk-nobody-has-it') : `no-such-${kind}`;
  const user = { own: userOf[caller] ?? 'u-admin', same_team: 'u-mate', other_team: 'u-other-team', other_organization: 'u-foreign' }[position]; // prettier-ignore
  switch (kind) {
    case 'key':
      return keyObjectOf(user);
    case 'user':
      return user;
    case 'team':
      return { own: 'team-own', same_team: undefined, other_team: 'team-other', other_organization: 'team-foreign' }[position]; // prettier-ignore
    case 'project':
      return { own: 'project-own', same_team: undefined, other_team: 'project-other', other_organization: 'project-foreign' }[position]; // prettier-ignore
    case 'organization':
      return { own: 'org-own', same_team: undefined, other_team: undefined, other_organization: 'org-foreign' }[position]; // prettier-ignore
    default:
      return position === 'own' ? `a-${kind}` : undefined;
  }
}

/** A caller by a token, of whom no key of the database speaks. */
export const customer: Principal = {
  role: 'customer',
  keyHash: keyHash(keyOf('customer')),
  keyAlias: undefined,
  userId: undefined,
  teamId: undefined,
  models: [],
  tags: [],
};

const by = { createdBy: 'test', updatedBy: 'test' };

/** Puts everything there as it was at first, whatever has become of it. */
export async function build(client: DatabaseClient): Promise<void> {
  const users = [...Object.values(userOf), ...others];
  const organizations = ['org-own', 'org-foreign'].map((id) => ({ id, alias: id, models: [], metadata: {}, ...by }));
  const teams = [
    { id: 'team-own', organizationId: 'org-own' },
    { id: 'team-other', organizationId: 'org-own' },
    { id: 'team-foreign', organizationId: 'org-foreign' },
    { id: 'team-blocked', organizationId: null, blocked: true },
  ].map((team) => ({ alias: team.id, models: [], metadata: {}, ...by, ...team }));
  const projects = ['own', 'other', 'foreign'].map((name) => ({ id: `project-${name}`, alias: name, teamId: `team-${name}`, models: [], metadata: {}, ...by })); // prettier-ignore
  const members = Object.entries(teamOf).map(([userId, teamId]) => ({
    userId,
    teamId,
    role: userId === 'u-lead' ? 'admin' : 'user',
  }));
  await client.organization.deleteMany();
  await client.organization.createMany({ data: organizations });
  await client.organizationMember.createMany({
    data: [{ organizationId: 'org-own', userId: 'u-org', role: 'org_admin' }],
  });
  await client.team.deleteMany();
  await client.team.createMany({ data: teams });
  await client.teamMember.createMany({ data: members });
  await client.project.deleteMany();
  await client.project.createMany({ data: projects });
  await client.user.deleteMany();
  await client.user.createMany({
    data: users.map((id) => ({ id, email: `${id}@example.com`, emailKey: `${id}@example.com`, alias: id, role: roleOf[id] ?? 'internal_user', models: [], metadata: {}, ...by })), // prettier-ignore
  });
  await client.virtualKey.deleteMany();
  await client.virtualKey.createMany({ data: [...keysOfCallers(), ...users.map(keyObject)] });
  await client.customer.deleteMany();
  await client.customer.create({ data: { id: 'a-customer', metadata: {}, ...by } });
  await client.budget.deleteMany();
  await client.budget.create({ data: { id: 'a-budget', limits: {}, ...by } });
  await client.tag.deleteMany();
  await client.tag.create({ data: { name: 'a-tag', models: [], ...by } });
  await client.accessGroup.deleteMany();
  await client.accessGroup.create({ data: { id: 'a-access_group', name: 'a-access_group', models: [], ...by } });
  await client.configModel.deleteMany();
  await client.configModel.create({ data: { id: 'a-model', modelName: 'a-model', litellmParams: {}, modelInfo: {}, ...by } }); // prettier-ignore
  await client.credential.deleteMany();
  await client.credential.create({ data: { name: 'a-credential', sealedValues: 'sealed', info: {}, ...by } });
  await client.deletedObject.deleteMany();
}

type NewKey = Prisma.VirtualKeyCreateManyInput;

function newKey(clear: string, given: Partial<NewKey>): NewKey {
  return { token: keyHash(clear), keyName: 'sk-...', models: [], metadata: {}, ...by, ...given };
}

function keysOfCallers(): NewKey[] {
  const ofUsers = Object.entries(userOf).map(([caller, userId]) =>
    newKey(keyOf(caller as Caller), { userId, teamId: teamOf[userId] ?? null }),
  );
  return [
    ...ofUsers,
    newKey(keyOf('expired'), { expires: new Date(1) }),
    newKey(keyOf('blocked'), { blocked: true }),
    newKey(keyOf('blocked_team'), { teamId: 'team-blocked' }),
  ];
}

/** The key that is spoken of: another one than that by which its user calls. */
function keyObject(userId: string): NewKey {
  return newKey(`sk-object-of-${userId}`, { userId, teamId: teamOf[userId] ?? null, keyAlias: `key of ${userId}` });
}
