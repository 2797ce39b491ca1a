/** Two organizations with their teams, users and keys: who calls, and what they may ask about, written into the database directly. */
import { keyHash } from '../../../src/auth/key-hash.js';
import type { Principal } from '../../../src/auth/principal.js';
import type { DatabaseClient, Prisma } from '../../../src/database/database-client.js';
import { keyOf, known, type Caller, type KnownCaller } from './callers.js';
import { buildPersonalThings, buildResponses, buildSharedThings, type Sealed } from './things.js';

/** Where an object stands as its caller sees it. */
export const positions = ['own', 'same_team', 'other_team', 'other_organization', 'missing'] as const;
export type Position = (typeof positions)[number];

/** Those that belong to somebody; the others are the proxy's, and stand at `own` alone. */
const ownedKinds = ['key', 'user', 'team', 'organization', 'project', 'team_model', 'invitation', 'spend_row', 'session', 'response'] as const; // prettier-ignore
const sharedKinds = ['customer', 'budget', 'tag', 'access_group', 'model', 'credential', 'guardrail', 'fallback', 'setting', 'audit_entry'] as const; // prettier-ignore
export const objectKinds = [...ownedKinds, ...sharedKinds] as const;
export type ObjectKind = (typeof objectKinds)[number];

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

/** A key that is spoken of: another one than that by which its user calls. */
const keyObjectOf = (user: string): string => keyHash(`sk-object-of-${user}`);

const missing: Partial<Record<ObjectKind, string>> = { key: keyHash('sk-nobody-has-it'), audit_entry: '999999999' };
const shared: Partial<Record<ObjectKind, string>> = { fallback: 'echo', setting: 'enforce_user_param', audit_entry: '1' }; // prettier-ignore

/** The id that an object of the kind has at a position; undefined where the position makes no difference for the kind. */
export function objectId(kind: ObjectKind, position: Position, caller: KnownCaller): string | undefined {
  if (position === 'missing') return missing[kind] ?? `no-such-${kind}`;
  const user = { own: userOf[caller] ?? 'u-admin', same_team: 'u-mate', other_team: 'u-other-team', other_organization: 'u-foreign' }[position]; // prettier-ignore
  const place = { own: 'own', same_team: undefined, other_team: 'other', other_organization: 'foreign' }[position];
  switch (kind) {
    case 'key':
      return keyObjectOf(user);
    case 'user':
      return user;
    case 'invitation':
    case 'spend_row':
    case 'session':
      return `${kind}-of-${user}`;
    case 'response':
      // Whoever made it: the key by which the caller itself comes.
      return `resp_of_${position === 'own' ? caller : user}`;
    case 'team':
    case 'project':
    case 'team_model':
      return place && `${kind}-${place}`;
    case 'organization':
      return place === 'other' ? undefined : place && `org-${place}`;
    default:
      return position === 'own' ? (shared[kind] ?? `a-${kind}`) : undefined;
  }
}

/** Whether the caller's user, team or organization has to do with an object there: to nobody else does it exist. */
export function mayKnowOf(kind: ObjectKind, position: Position, caller: KnownCaller): boolean {
  if (/^(proxy_admin|proxy_admin_viewer|master)$/.test(caller)) return true;
  if ((sharedKinds as readonly string[]).includes(kind) || /^(missing|other_organization)$/.test(position))
    return false;
  if (position === 'other_team') return caller === 'org_admin';
  const isPersonal = !['team', 'organization', 'project', 'team_model'].includes(kind);
  if (isPersonal && position === 'own') return true;
  return caller === 'team_member' || caller === 'team_admin' || caller === 'org_admin';
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

const callback = { callback_name: 'langfuse', callback_type: 'success', callback_vars: {} };

/** Puts everything there as it was at first, whatever has become of it. */
export async function build(client: DatabaseClient, sealed: Sealed): Promise<void> {
  const users = [...Object.values(userOf), ...others];
  const organizations = ['org-own', 'org-foreign'].map((id) => ({ id, alias: id, models: [], metadata: {}, ...by }));
  const teams = [
    { id: 'team-own', organizationId: 'org-own' },
    { id: 'team-other', organizationId: 'org-own' },
    { id: 'team-foreign', organizationId: 'org-foreign' },
    { id: 'team-blocked', organizationId: null, blocked: true },
  ].map((team) => ({ alias: team.id, models: [], metadata: {}, settings: { callbacks: [callback] }, ...by, ...team }));
  const projects = ['own', 'other', 'foreign'].map((name) => ({ id: `project-${name}`, alias: name, teamId: `team-${name}`, models: [], metadata: {}, ...by })); // prettier-ignore
  const members = Object.entries(teamOf).map(([userId, teamId]) => ({
    userId,
    teamId,
    role: userId === 'u-lead' ? 'admin' : 'user',
  }));
  await client.organization.deleteMany();
  await client.organization.createMany({ data: organizations });
  await client.organizationMember.createMany({
    data: [
      { organizationId: 'org-own', userId: 'u-org', role: 'org_admin' },
      ...['u-member', 'u-lead', 'u-mate', 'u-other-team'].map((userId) => ({ organizationId: 'org-own', userId, role: 'internal_user' })), // prettier-ignore
      { organizationId: 'org-foreign', userId: 'u-foreign', role: 'internal_user' },
    ],
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
  const organizationOf: Readonly<Record<string, string>> = { 'team-own': 'org-own', 'team-other': 'org-own', 'team-foreign': 'org-foreign' }; // prettier-ignore
  const people = users.map((userId) => {
    const teamId = teamOf[userId] ?? null;
    return { userId, keyHash: keyObjectOf(userId), teamId, organizationId: teamId && (organizationOf[teamId] ?? null) };
  });
  await buildPersonalThings(client, people);
  const ofCallers = known.map((caller) => [caller, keyHash(keyOf(caller))] as const);
  await buildResponses(client, new Map([...ofCallers, ...users.map((id) => [id, keyObjectOf(id)] as const)]));
  await buildSharedThings(client, sealed);
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

function keyObject(userId: string): NewKey {
  return newKey(`sk-object-of-${userId}`, { userId, teamId: teamOf[userId] ?? null, keyAlias: `key of ${userId}` });
}
