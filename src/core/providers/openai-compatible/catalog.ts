/** The catalog of OpenAI-compatible providers: one row of data each, in the room of its kind. */
import type { CatalogRow } from './catalog-row.js';
import { aggregators } from './catalog/aggregators.js';
import { inferenceClouds } from './catalog/inference-clouds.js';
import { modelMakers } from './catalog/model-makers.js';
import { selfHosted } from './catalog/self-hosted.js';
import { vectorServices } from './catalog/vector-services.js';

export const catalog: readonly CatalogRow[] = [
  ...aggregators,
  ...inferenceClouds,
  ...modelMakers,
  ...selfHosted,
  ...vectorServices,
];
