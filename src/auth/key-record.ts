/** What authentication knows of a virtual key: its row, and what its user, team, organization and project say of it. */
import {
  accessGroupTopic,
  jwtMappingTopic,
  keyTopic,
  memberTopic,
  organizationTopic,
  projectTopic,
  teamTopic,
  userTopic,
} from '../database/change-topics.js';
import type { User } from '../database/database-client.js';
import { mapOf, namesOf } from './json-columns.js';
import { accessLevels } from './key-model-access.js';
import { organizationOf, type KeyRows } from './key-rows.js';
import type { ModelAccessLevel, Role, PassThroughRoutes } from './principal.js';

/** Why nobody may use the key, whatever the time. */
export interface KeyRefusal {
  readonly code: 'blocked_key' | 'blocked_owner' | 'deleted_owner';
  readonly facts?: Readonly<Record<string, string>>;
}

export interface VirtualKeyRecord {
  /** Of the key as it is now, also where it was presented by an older one. */
  readonly token: string;
  readonly keyAlias: string | null;
  readonly userId: string | null;
  readonly teamId: string | null;
  /** Its own, or its team's. */
  readonly organizationId: string | null;
  readonly projectId: string | null;
  /** The customer for whom all of its requests are made: of a token that names one. */
  readonly endUserId?: string | undefined;
  readonly role: Role;
  readonly expiresAtMs: number | null;
  /** Where it was presented by a token that it had before: until when. */
  readonly replacedUntilMs: number | null;
  readonly refusal: KeyRefusal | null;
  /** Empty for all. */
  readonly models: readonly string[];
  /** Who else narrows the models, each with its list. */
  readonly modelLevels: readonly ModelAccessLevel[];
  /** Other names that its team and it have given to models; its own go first. */
  readonly modelAliases: Readonly<Record<string, string>>;
  /** `metadata.tags` of the key, its team and its project. */
  readonly tags: readonly string[];
  /** Empty for all that its role may call. */
  readonly allowedRoutes: readonly string[];
  /** `metadata.allowed_ips`; empty for all. */
  readonly allowedIps: readonly string[];
  readonly enforcedParams: readonly string[];
  /** What its requests may say of the cache; empty for all. */
  readonly allowedCacheControls: readonly string[];
  /** `metadata.cache` of its team and of itself, unchecked: what holds where a request says nothing. */
  readonly cacheDefaults: readonly unknown[];
  /** Of the key and its team. */
  readonly guardrails: readonly string[];
  /** The key or its team is exempt from the guardrails that apply to all. */
  readonly withoutDefaultGuardrails: boolean;
  readonly passThroughRoutes: PassThroughRoutes;
  /** What it is built from: a change of any of these makes it void. See `dependencyOf`. */
  readonly dependsOn: readonly string[];
}

export function keyRecordOf(rows: KeyRows): VirtualKeyRecord {
  const { key, user, team, project, replaced } = rows;
  const [metadata, settings] = [mapOf(key.metadata), mapOf(key.settings)];
  const { models, levels } = accessLevels(rows);
  return {
    token: key.token,
    keyAlias: key.keyAlias,
    userId: key.userId,
    teamId: key.teamId,
    organizationId: organizationOf(key, team),
    projectId: key.projectId,
    role: roleOf(user),
    expiresAtMs: key.expires?.getTime() ?? null,
    replacedUntilMs: replaced?.validUntil.getTime() ?? null,
    refusal: refusalOf(rows),
    models,
    modelLevels: levels,
    modelAliases: { ...textsOf(mapOf(team?.settings)['model_aliases']), ...textsOf(settings['aliases']) },
    tags: [...new Set([key, team, project].flatMap((row) => namesOf(mapOf(row?.metadata)['tags'])))],
    allowedRoutes: namesOf(key.allowedRoutes),
    allowedIps: ipsOf(metadata),
    guardrails: [...new Set([settings, mapOf(team?.settings)].flatMap((each) => namesOf(each['guardrails'])))],
    withoutDefaultGuardrails: [settings, mapOf(team?.settings)].some(
      (each) => each['disable_global_guardrails'] === true,
    ),
    enforcedParams: [...namesOf(settings['enforced_params']), ...namesOf(metadata['enforced_params'])],
    allowedCacheControls: namesOf(settings['allowed_cache_controls']),
    cacheDefaults: [mapOf(team?.metadata)['cache'], metadata['cache']].filter((given) => given !== undefined),
    passThroughRoutes: {
      allowed: namesOf(settings['allowed_passthrough_routes']),
      denied: namesOf(settings['denied_passthrough_routes']),
    },
    dependsOn: dependenciesOf(rows),
  };
}

/** A key without a user may do what any user may, and owns nothing but itself. A role that nobody knows only looks. */
function roleOf(user: User | null | undefined): Role {
  if (!user) return 'internal_user';
  return userRoles.find((role) => role === user.role) ?? 'internal_user_viewer';
}

const userRoles = ['proxy_admin', 'proxy_admin_viewer', 'internal_user', 'internal_user_viewer'] as const;

/** In LiteLLM's order: what the key belongs to, and then the key itself. */
function refusalOf({ key, user, team, organization, project, deleted = [] }: KeyRows): KeyRefusal | null {
  const [gone] = deleted;
  if (gone) return { code: 'deleted_owner', facts: { ...gone } };
  const owners = Object.entries({ team, project, organization, user });
  for (const [kind, row] of owners) if (row?.blocked) return { code: 'blocked_owner', facts: { kind, id: row.id } };
  return key.blocked ? { code: 'blocked_key' } : null;
}

// What a record depends on

/** The feed topics of what keys are built from; their keys are ids, of members `team/user` as in their budgets' owner. */
export const keySurroundingTopics: ReadonlySet<string> = new Set([
  keyTopic,
  teamTopic,
  userTopic,
  organizationTopic,
  projectTopic,
  memberTopic,
  accessGroupTopic,
  jwtMappingTopic,
]);

/** Any access group may get a name that a list already holds: they are one dependency. */
export function dependencyOf(topic: string, id: string): string {
  return topic === accessGroupTopic ? topic : `${topic}:${id}`;
}

function dependenciesOf({ key, team, replaced }: KeyRows): readonly string[] {
  const { token, userId, teamId, projectId } = key;
  const organizationId = organizationOf(key, team);
  return [
    dependencyOf(keyTopic, token),
    dependencyOf(accessGroupTopic, ''),
    ...(replaced ? [dependencyOf(keyTopic, replaced.token)] : []),
    ...(userId === null ? [] : [dependencyOf(userTopic, userId)]),
    ...(teamId === null ? [] : [dependencyOf(teamTopic, teamId)]),
    ...(teamId === null || userId === null
      ? []
      : [dependencyOf(memberTopic, `${encodeURIComponent(teamId)}/${encodeURIComponent(userId)}`)]),
    ...(organizationId === null ? [] : [dependencyOf(organizationTopic, organizationId)]),
    ...(projectId === null ? [] : [dependencyOf(projectTopic, projectId)]),
  ];
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  const texts = Object.entries(mapOf(value)).filter(([, text]) => typeof text === 'string');
  return Object.fromEntries(texts) as Record<string, string>;
}

/** A list that holds anything but texts must not come to mean "from everywhere". */
function ipsOf({ allowed_ips: given }: Readonly<Record<string, unknown>>): readonly string[] {
  if (given === undefined || given === null) return [];
  const list = Array.isArray(given) ? given : [given];
  return list.map((entry) => (typeof entry === 'string' ? entry : 'none'));
}
