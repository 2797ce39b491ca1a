/** All that an import brings, in the order in which one needs the other. */
import type { ImportEntity } from '../import-entity.js';
import { accessGroups } from './access-groups.js';
import { budgets } from './budgets.js';
import { credentials } from './credentials.js';
import { customers } from './customers.js';
import { keys, replacedKeys } from './keys.js';
import { models } from './models.js';
import { organizationMembers, organizations } from './organizations.js';
import { projects } from './projects.js';
import { tags } from './tags.js';
import { teamMembers, teams } from './teams.js';
import { users } from './users.js';

/** Made for one import: some remember names that are taken. */
export function importEntities(): readonly ImportEntity[] {
  return [
    ...[budgets, accessGroups, organizations, users(), organizationMembers, teams, teamMembers, projects],
    ...[customers, tags, credentials, models, keys(), replacedKeys],
  ];
}
