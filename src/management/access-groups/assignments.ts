/** To which teams and keys an access group is given: kept on them, where requests look, and on the group, where it is listed. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import { accessGroupTopic, keyTopic, teamTopic } from '../../database/change-topics.js';
import type { AccessGroup, Prisma } from '../../database/database-client.js';
import { settingsOf as settingsOfTeam, json } from '../teams/stored-team.js';
import type { ManagementWrite } from '../writes/management-writes.service.js';

/** The column `settings` of a group. */
export interface GroupSettings {
  readonly assigned_team_ids?: readonly string[];
  readonly assigned_key_ids?: readonly string[];
}

export function settingsOf({ settings }: Pick<AccessGroup, 'settings'>): GroupSettings {
  return (settings ?? {}) as GroupSettings;
}

/** Puts the teams and keys right after a change of the group's own lists. */
export async function followGroup(
  write: ManagementWrite,
  groupId: string,
  before: GroupSettings,
  after: GroupSettings,
): Promise<void> {
  const teams = difference(before.assigned_team_ids, after.assigned_team_ids);
  for (const id of teams.added) await changeTeam(write, id, (groups) => [...groups, groupId], true);
  for (const id of teams.removed) await changeTeam(write, id, (groups) => without(groups, groupId), false);
  const keys = difference(before.assigned_key_ids, after.assigned_key_ids);
  for (const id of keys.added) await changeKey(write, id, (groups) => [...groups, groupId], true);
  for (const id of keys.removed) await changeKey(write, id, (groups) => without(groups, groupId), false);
}

/** Puts the groups' lists right after a change of a team's own list. */
export async function followTeam(
  { tx, changed }: ManagementWrite,
  teamId: string,
  before: readonly string[],
  after: readonly string[],
): Promise<void> {
  const { added, removed } = difference(before, after);
  for (const id of [...added, ...removed]) {
    const group = await tx.accessGroup.findUnique({ where: { id } });
    if (!group && added.includes(id)) throw missing('access_group_ids', `There is no access group ${id}.`);
    if (!group) continue;
    const { assigned_team_ids: teams = [], ...rest } = settingsOf(group);
    const next = added.includes(id) ? [...without(teams, teamId), teamId] : without(teams, teamId);
    await tx.accessGroup.update({ where: { id }, data: { settings: json({ ...rest, assigned_team_ids: next }) } });
    changed(accessGroupTopic, id);
  }
}

async function changeTeam(
  { tx, changed }: ManagementWrite,
  id: string,
  next: (groups: readonly string[]) => readonly string[],
  mustExist: boolean,
): Promise<void> {
  const team = await tx.team.findUnique({ where: { id } });
  if (!team && mustExist) throw missing('assigned_team_ids', `There is no team ${id}.`);
  if (!team) return;
  const settings = settingsOfTeam(team);
  const groups = next(settings.access_group_ids ?? []);
  await tx.team.update({ where: { id }, data: { settings: json({ ...settings, access_group_ids: groups }) } });
  changed(teamTopic, id);
}

async function changeKey(
  { tx, changed }: ManagementWrite,
  token: string,
  next: (groups: readonly string[]) => readonly string[],
  mustExist: boolean,
): Promise<void> {
  const key = await tx.virtualKey.findUnique({ where: { token } });
  if (!key && mustExist) throw missing('assigned_key_ids', 'One of the keys does not exist. Name keys by their hash.');
  if (!key) return;
  const settings = (key.settings ?? {}) as { readonly access_group_ids?: readonly string[] };
  const data: Prisma.InputJsonObject = json({ ...settings, access_group_ids: next(settings.access_group_ids ?? []) });
  await tx.virtualKey.update({ where: { token }, data: { settings: data } });
  changed(keyTopic, token);
}

function difference(
  before: readonly string[] = [],
  after: readonly string[] = [],
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  return {
    added: [...new Set(after)].filter((id) => !before.includes(id)),
    removed: before.filter((id) => !after.includes(id)),
  };
}

function without(ids: readonly string[], gone: string): readonly string[] {
  return ids.filter((id) => id !== gone);
}

function missing(param: string, reason: string): GatewayError {
  return new GatewayError('invalid_request', { param, facts: { reason } });
}
