/** The catalog of OpenAI-compatible providers: one row of data each, in the room of its kind. */
import type { CatalogRow } from './catalog-row.js';
import { aggregators } from './catalog/aggregators.js';
import { inferenceClouds } from './catalog/inference-clouds.js';
import { modelMakers } from './catalog/model-makers.js';
import { selfHosted } from './catalog/self-hosted.js';
import { vectorServices } from './catalog/vector-services.js';
import { developerAsSystem } from './quirks/developer-as-system.js';

export const catalog: readonly CatalogRow[] = [
  ...aggregators,
  ...inferenceClouds.map(withoutDeveloper),
  ...modelMakers.map(withoutDeveloper),
  ...selfHosted,
  ...vectorServices,
];

/** What these document are system, user, assistant and tool. First, so that later quirks see the role that is sent. */
function withoutDeveloper(row: CatalogRow): CatalogRow {
  return { ...row, quirks: [developerAsSystem, ...(row.quirks ?? [])] };
}
