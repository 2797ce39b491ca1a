/** Whose lists of models narrow what a virtual key may use, and what the special names in them come to. */
import { mapOf, namesOf } from './json-columns.js';
import type { KeyRows } from './key-rows.js';
import type { ModelAccessLevel, ModelDenial } from './principal.js';

const teamModels = 'all-team-models';
const noModels = 'no-default-models';

/** The key's own list, and those of all who narrow it. */
export function accessLevels(rows: KeyRows): { models: readonly string[]; levels: readonly ModelAccessLevel[] } {
  const { key, user, team, member, organization, project, accessGroups = [] } = rows;
  const listOf = (row: { models: unknown; settings?: unknown } | null | undefined): readonly string[] =>
    row ? withAccessGroups(namesOf(row.models), namesOf(mapOf(row.settings)['access_group_ids']), accessGroups) : [];
  const levels: ModelAccessLevel[] = [];
  const narrow = (denial: ModelDenial, models: readonly string[], of: Pick<ModelAccessLevel, 'isTeams'> = {}): void => {
    if (models.length > 0) levels.push({ denial, models, ...of });
  };
  narrow('team_model_access_denied', everyoneIn(listOf(team)), { isTeams: true });
  narrow('team_model_access_denied', listOf(member));
  // A key of a team is the team's business, whoever uses it.
  if (key.teamId === null) narrow('user_model_access_denied', nothingIn(listOf(user)));
  narrow('org_model_access_denied', listOf(organization));
  narrow('project_model_access_denied', listOf(project));
  // What the team may is a level of its own; without a team the name means all that is served.
  const own = listOf(key);
  return { models: own.includes(teamModels) ? [] : own, levels };
}

/** The names of all groups that any of the rows may name. */
export function listedNames({ key, user, team, member, organization, project }: KeyRows): {
  names: readonly string[];
  ids: readonly string[];
} {
  const rows = [key, user, team, member, organization, project].filter((row) => row !== null && row !== undefined);
  return {
    names: [...new Set(rows.flatMap(({ models }) => namesOf(models)))],
    ids: [
      ...new Set(rows.flatMap((row) => namesOf(mapOf('settings' in row ? row.settings : null)['access_group_ids']))),
    ],
  };
}

/** Whoever is given groups alone is not given everything besides, also where the groups are gone. */
function withAccessGroups(
  names: readonly string[],
  ids: readonly string[],
  groups: readonly { readonly id: string; readonly name: string; readonly models: unknown }[],
): readonly string[] {
  if (names.length + ids.length === 0) return [];
  const granted = groups.filter(({ id, name }) => names.includes(name) || ids.includes(id));
  const list = [...names, ...granted.flatMap(({ models }) => namesOf(models))];
  return list.length === 0 ? [noModels] : [...new Set(list)];
}

/** In a team's own list `all-team-models` stands for everything that is served. */
function everyoneIn(models: readonly string[]): readonly string[] {
  return models.includes(teamModels) ? [] : models;
}

/** A user with `no-default-models` has those of its teams alone. */
function nothingIn(models: readonly string[]): readonly string[] {
  return models.includes(noModels) ? [noModels] : models;
}
