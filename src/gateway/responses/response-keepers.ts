/** Which deployments keep responses themselves, and which of them share what they keep. */
import { isDeepStrictEqual } from 'node:util';
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.js';
import type { Deployment } from '../../core/spec/index.js';
import type { StoredResponse } from '../../objects/responses/stored-response.js';

/** True where the provider itself speaks the Responses API, and is asked. */
export function keepsResponses({ provider, mockResponse }: Deployment): boolean {
  return mockResponse === undefined && !provider.local && provider.native?.['openai-responses'] !== undefined;
}

/** The deployment that made the response; null where it is no longer configured. */
export function findMaker(catalog: CatalogSnapshot, { deploymentId, modelGroup }: StoredResponse): Deployment | null {
  // Of a pattern's deployment, the one for this name.
  const named = catalog.find(modelGroup)?.deployments.find(({ id }) => id === deploymentId);
  return named ?? catalog.findDeployment(deploymentId);
}

/** True where both are ways into one account of one provider: what one keeps, the other finds. */
export function sameAccount(left: Deployment, right: Deployment): boolean {
  return (
    left.id === right.id ||
    (left.provider.id === right.provider.id &&
      isDeepStrictEqual(left.endpoint, right.endpoint) &&
      isDeepStrictEqual(left.credentials, right.credentials) &&
      isDeepStrictEqual(left.parameters.provider, right.parameters.provider) &&
      isDeepStrictEqual(left.parameters.extraHeaders, right.parameters.extraHeaders))
  );
}
