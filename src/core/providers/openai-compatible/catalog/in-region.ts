/** Addresses that follow from a region. */
import type { CatalogRow } from '../catalog-row.js';

/** @param template an address with `{region}` in its host */
export function inRegion(template: string): NonNullable<CatalogRow['locate']> {
  return (settings, configured) => {
    const region = settings['aws_region_name'] ?? settings['region_name'];
    if (configured !== undefined || typeof region !== 'string' || !/^[a-z0-9-]+$/.test(region)) return configured;
    return template.replace('{region}', region);
  };
}
